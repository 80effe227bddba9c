// Words of the wall.
export default {
  zh: {
    "wall.title": "总览",
    "wall.waiting": "待办预警 {n} 件",
    "wall.data_age": "数据 {for}前",
    "wall.data_silent": "无新数据",
    "wall.primary": "首要",
    "wall.change": "3小时 {n}",
    "wall.strip": "近 {n} 小时实时AQI，最高 {most}，缺测 {gaps} 小时",
    "wall.hours": "近{n}小时",
    "wall.open_area": "打开{area}",
    "wall.stations_quiet": "{n}/{all} 站失联",
  },
  en: {
    "wall.title": "Wall",
    "wall.waiting": "Warnings waiting for people: {n}",
    "wall.data_age": "data {for} old",
    "wall.data_silent": "no new data",
    "wall.primary": "Primary",
    "wall.change": "3 h {n}",
    "wall.strip": "Real-time AQI, last {n} hours: highest {most}, missing {gaps} h",
    "wall.hours": "{n} h",
    "wall.open_area": "Open {area}",
    "wall.stations_quiet": "{n} of {all} stations silent",
  },
};
