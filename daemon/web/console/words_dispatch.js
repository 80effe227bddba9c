// Words of the dispatch board.
const words = {
  title: ["发布发送", "Dispatch"], note: ["渠道 × 运营方 × 受众；“已受理”指渠道已收下，不等于收件人已收到", "channel × provider × audience; “accepted” is the provider's word, not the recipient's"],
  asks: ["{n} 行需人工处理，其中存疑 {doubts} 件", "{n} rows ask for a person; deliveries in doubt: {doubts}"], calm: ["没有需人工处理的发送", "Nothing asks for a person"],
  only: ["只看", "Show only"], all: ["全部", "all"], board: ["发送情况", "What was sent"], none: ["没有发送过消息。", "Nothing has been sent."],
  row: ["渠道、受众", "Channel, audience"], what: ["内容", "About"], everybody: ["公众", "the public"], recipients: ["{n} 人", "recipients: {n}"], parts: ["每人 {n} 条", "{n} parts each"], attempts: ["尝试 {n} 次", "attempts: {n}"],
  column_in_doubt: ["存疑", "In doubt"], column_failed: ["失败", "Failed"], column_waiting: ["待发", "Waiting"], column_sending: ["发送中", "Sending"], column_accepted: ["已受理", "Accepted"], column_delivered: ["已送达", "Delivered"], column_superseded: ["被取代", "Superseded"],
  state_in_doubt: ["存疑", "in doubt"], state_failed: ["失败", "failed"], state_expired: ["过期未发", "expired"], state_prepared: ["待发", "prepared"], state_retry: ["待重试", "to be retried"], state_repeat: ["可能已发，重复投递", "may have left; repeated"], state_held: ["超出限量，并入摘要", "held, goes into a digest"],
  state_sending: ["发送中", "sending"], state_accepted: ["已受理", "accepted"], state_delivered: ["已送达", "delivered"], state_superseded: ["已被后续取代", "superseded"],
  kind_warning: ["预警", "warning"], kind_alarm: ["报警", "alarm"], kind_digest: ["摘要", "digest"], kind_canary: ["通道自检", "canary"], kind_all_clear: ["每日平安", "all clear"],

  // Deliveries
  deliveries: ["逐个收件人", "Deliveries"], reading: ["正在读取……", "Reading…"], trouble: ["无法读取：", "Cannot be read:"],
  d_to: ["收件人", "To"], d_state: ["状态", "State"], d_attempts: ["次数", "Attempts"], d_provider_id: ["回执号", "Receipt"], d_detail: ["详情", "Detail"], d_decide: ["人工认定", "Decide"], next_at: ["不早于 {at}", "not before {at}"],
  do_sent: ["认定已发出", "It was sent"], "do_not-sent": ["认定未发出", "It was not sent"], do_resend: ["重新发送", "Send again"],
  ask_sent: ["认定已发出：{who}", "It was sent: {who}"], ask_sent_text: ["不再发送。请写明依据（如运营商后台记录）。", "It is not sent again. Say how it is known (the provider's records)."],
  "ask_not-sent": ["认定未发出：{who}", "It was not sent: {who}"], "ask_not-sent_text": ["记为失败，不自动重发。请写明依据。", "It counts as failed and is not sent again by itself. Say how it is known."],
  ask_resend: ["重新发送：{who}", "Send again: {who}"], ask_resend_text: ["作为一次新的尝试发送；收件人可能收到两次。请写明理由。", "A new attempt; the recipient may get it twice. Say why."], why: ["依据或理由", "Reason"],

  // Channels
  channels: ["渠道", "Channels"], channels_note: ["积压、末次成功与末次自检", "queue, last success, last canary"], no_channels: ["没有配置渠道。", "No channel is configured."],
  c_channel: ["渠道", "Channel"], c_waiting: ["待发", "Waiting"], c_oldest: ["最久", "Oldest"], c_last_accepted: ["末次成功", "Last success"], c_last_canary: ["末次自检", "Last canary"], c_last_state: ["末次结果", "Last outcome"],
  never: ["无", "never"], ago: ["{for}前", "{for} ago"],
  replies: ["回复与签收", "Replies and receipts"], replies_note: ["收件人回复的短信等", "what recipients answered"], replies_none: ["没有回复。", "No replies."], answers: ["答复", "answers"],

  // The route test
  route: ["发送试算", "Route test"], route_note: ["只计算谁会收到什么，不存储、不发送", "who would get what; nothing is stored or sent"], route_of: ["按预警", "Of a warning"], route_made_up: ["（假设）", "(made up)"],
  transition: ["事项", "Step"], transition_raise: ["发布", "raise"], transition_upgrade: ["升级", "upgrade"], transition_downgrade: ["降级", "downgrade"], transition_lift: ["解除", "lift"], transition_cancel: ["取消", "cancel"],
  route_drill: ["按演练", "as a drill"], route_go: ["试算", "Test"], route_rehearsed: ["假设的预警，未存储、未发送", "Made up; nothing of it is stored or sent"], route_real: ["若现在发布 {id} 第 {n} 次", "If {id} revision {n} were issued now"], route_nobody: ["没有渠道会发送。", "No channel would send it."],
  p_row: ["渠道、受众", "Channel, audience"], p_who: ["收件人", "Recipients"], p_messages: ["短信条数", "Messages"], p_text: ["内容", "Text"], parts_each: ["每人 {n} 条", "{n} parts each"], see_text: ["查看内容", "See the text"],
};

const language = (at) => Object.fromEntries(Object.entries(words).map(([key, both]) => [`dispatch.${key}`, both[at]]));
export default { zh: language(0), en: language(1) };
