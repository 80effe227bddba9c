// Words of the consultation room and of the forecast form.
const words = {
  title: ["会商室", "Consultation room"], title_of: ["会商室 {area}", "Consultation room, {area}"],
  open_rooms: ["待办的会商", "Open consultations"], nothing_open: ["没有待办的会商。", "No consultation is open."],
  unknown: ["没有编号为 {id} 的预警", "There is no warning {id}"],
  nothing_pending: ["没有待办的方案。", "Nothing lies on the table."], nothing_to_do: ["没有可办事项；变更或解除请在业务台提议。", "Nothing to do here; an update or a lift is proposed at the desk."],
  to_desk: ["业务台", "Warning desk"], to_drill: ["演练", "Drills"],
  on_table: ["当前方案", "On the table"], before: ["以前各次", "Earlier revisions"], before_none: ["这是第一次。", "This is the first."], acts: ["签字、批准与发布", "Signatures, approval, issue"],

  // Forecasts and scores
  forecasts: ["两部门预报", "Both bureaus' forecasts"], forecasts_note: ["日AQI范围，24小时", "daily AQI, range, 24 h"], no_forecasts: ["没有今天及以后的预报。", "No forecast for today or later."],
  day: ["日期", "Day"], said_nothing: ["未预报", "no forecast"], said: ["{at} {who}，第 {n} 次", "{at} {who}, revision {n}"], dust: ["沙尘", "dust"],
  alone_calls: ["仅据其预报：", "alone calls for:"], differs: ["级别不一致", "classes differ"],
  disagree: ["两部门意见不一致：", "The bureaus differ:"], agree: ["两部门没有分歧，或只有一方预报", "The bureaus agree, or only one has spoken"],
  scores: ["预报检验", "Verification"], scores_note: ["命中数/天数", "hits/days"], scores_window: ["{first} 至 {last}，以当日结束前的最后预报为准", "{first} to {last}; what was said by the end of the day so many days before"],
  no_scores: ["没有检验结果。", "No scores are known."], leads_all: ["显示全部提前天数", "Show all leads"], leads_few: ["只看前三天", "Three days only"],
  score_who: ["预报方", "Who"], score_lead: ["提前", "Lead"], score_in_range: ["范围命中", "In range"], score_level_hits: ["级别命中", "Class hit"], score_over_under: ["偏高/偏低", "Over/under"],
  score_heavy_hits: ["重污染命中", "Heavy days hit"], score_false_alarms: ["空报", "False alarms"], score_bias: ["平均偏差", "Mean bias"], lead: ["{n} 天", "{n} d"],
  gained: ["{spells} 次重污染过程中预报到 {called} 次，提前天数合计 {days}", "{called} of {spells} heavy spells called ahead, {days} days ahead in sum"],

  // Observations and weather
  observations: ["实况", "Observations"], hour_window: ["1小时，截至 {at}", "1 h, to {at}"], no_hour: ["尚无小时数据。", "No hour has been closed yet."], primary: ["首要污染物", "Primary"],
  hours: ["近 {n} 小时AQI与PM2.5", "AQI and PM2.5 of the last {n} hours"], hours_key: ["上：小时；中：实时AQI；下：PM2.5 μg/m³", "top: hour; middle: real-time AQI; bottom: PM2.5 μg/m³"], days_before: ["会商时的近日日AQI（{at}）", "Daily AQI before the consultation ({at})"],
  weather: ["气象", "Weather"], no_weather: ["没有气象数据。", "No weather data."], no_weather_here: ["无数据", "no data"], station: ["站点", "Station"], hour: ["小时", "Hour"],
  w_wind_speed: ["风速", "Wind"], w_wind_direction: ["风向", "From"], w_temperature: ["气温", "Temperature"], w_humidity: ["湿度", "Humidity"], w_pressure: ["气压", "Pressure"], w_rain: ["降水", "Rain"],
  wind_n: ["北", "N"], wind_ne: ["东北", "NE"], wind_e: ["东", "E"], wind_se: ["东南", "SE"], wind_s: ["南", "S"], wind_sw: ["西南", "SW"], wind_w: ["西", "W"], wind_nw: ["西北", "NW"],

  // The draft
  draft: ["修改方案", "Change what lies on the table"], draft_note: ["会商中任一部门可改", "either bureau may"],
  level_none: ["不发布预警", "no warning is needed"], level_lift: ["解除", "lift"], level_cancel: ["取消", "cancel"],
  effective_note: ["整点", "a full hour"], until_note: ["整点；清空即另行通知解除", "a full hour; cleared: until further notice"], wording_note: ["附在正文之后；右侧或下方即时显示全文与短信条数", "added to the text; the texts and their SMS parts are shown live"],
  why_change: ["修改理由", "Why it is changed"], put_on_table: ["提出为新方案", "Put on the table"], takes_back: ["提出后，已有签字收回", "signatures under the version before are taken back"],
  moved: ["方案已变：第 {was} 版变为第 {is} 版。", "What lies on the table has changed: version {was} is now {is}."], moved_by: ["{who} 于 {at} 提出。", "By {who}, {at}."],
  moved_text: ["阅后方可签字；已填内容仍保留。", "Read it before you sign; what you typed is kept."], moved_same: ["内容未变，签字已收回。", "It says the same; the signatures were taken back."],
  seen: ["已阅，采用新方案", "Read; take it up"], keep_mine: ["已阅，保留我填的内容", "Read; keep what I typed"], read_first: ["方案已变，请先阅看", "it has changed; read it first"],
  texts: ["各形式文本", "Texts"], texts_note: ["即时预览，未发送", "live preview; nothing is sent"], language_zh: ["中文", "Chinese"], language_en: ["英文", "English"],
  form_short: ["短信", "SMS"], form_full: ["长短信", "Long SMS"], form_broadcast: ["广播稿", "Broadcast"], form_bulletin: ["公告", "Bulletin"], form_advice: ["健康与防护建议", "Advice"],
  parts: ["{n} 条", "parts: {n}"], units: ["{n} 字", "{n} units"], signed_parts: ["含签名 {n} 条", "with signature: {n}"],
  preview_current: ["与所填一致", "as typed"], preview_coming: ["正在更新……", "updating…"], preview_failed: ["预览不可用：", "No preview:"],

  // One's own forecast
  own_forecast: ["录入本部门预报", "Enter your bureau's forecast"], own_forecast_note: ["整份替换本部门先前的预报", "it takes the place of your bureau's earlier one"],
  f_low: ["AQI 低", "AQI low"], f_high: ["AQI 高", "AQI high"], f_primary: ["首要污染物", "Primary"], f_weather: ["天气", "Weather"],
  forecast_note: ["AQI 为日均（24小时）。浓度可写一个数或范围，如 120-160；空行不预报。", "AQI is of the day (24 h). A concentration is a number or a range like 120-160; empty rows are not forecast."],
  forecast_save: ["提交预报", "Submit the forecast"], add_day: ["增加一天", "Add a day"],
  wrong_no_aqi: ["{date}：须填 AQI", "{date}: an AQI is needed"], wrong_aqi: ["{date}：AQI 须为 0 至 500 的整数，低不大于高", "{date}: AQI must be whole numbers from 0 to 500, low not above high"],
  wrong_value: ["{date}：{label} 须为一个数或范围，如 120-160", "{date}: {label} must be a number or a range like 120-160"], wrong_empty: ["至少预报一天", "Forecast at least one day"],
};

const language = (at) => Object.fromEntries(Object.entries(words).map(([key, both]) => [`room.${key}`, both[at]]));
export default { zh: language(0), en: language(1) };
