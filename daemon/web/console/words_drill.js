// Words of the drills.
const words = {
  title: ["应急演练", "Drills"], note: ["与正式预警同样会商、批准、发布、变更、解除；只发往演练渠道，全部文本带【演练】", "the same steps as a real warning; to the channels of drills only; every text says 【演练】"],
  none: ["没有演练。", "No drill."], begin: ["开始演练", "Begin a drill"], ask_text: ["演练不改变正式预警，也不向公众发送。", "A drill changes no real warning and reaches nobody outside the drill."],
  clock: ["演练时钟", "Clock of the drill"], clock_note: ["本守护进程以模拟时钟运行。时钟只能向前。", "This daemon runs under a simulated clock. It only goes forward."],
  ahead: ["前进 {n} 小时", "{n} h ahead"], set_to: ["拨至", "Set to"], set: ["拨钟", "Set the clock"],
};

const language = (at) => Object.fromEntries(Object.entries(words).map(([key, both]) => [`drill.${key}`, both[at]]));
export default { zh: language(0), en: language(1) };
