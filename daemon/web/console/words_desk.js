// Words of the warning desk, and of what desk, consultation room and drills say of a warning.
const words = {
  // The desk
  title: ["预警业务台", "Warning desk"],
  board: ["各环节的预警", "Warnings by step"],
  none: ["没有预警。规则触发、上级指令或人工提议后出现在这里。", "No warning. One appears here when the rules call for it, an order comes from above, or somebody proposes it."],
  column_proposed: ["待会商", "Proposed"], column_consulting: ["会商中", "Consulting"], column_agreed: ["待批准", "Agreed"], column_approved: ["待发布", "Approved"],
  column_issued: ["已发布", "Issued"], column_updating: ["变更中", "Updating"], column_lifted: ["已解除或结束", "Lifted, ended"],
  lane_empty: ["无", "none"], more: ["另有 {n} 件", "{n} more"],
  life: ["全过程", "Whole life"],
  propose: ["人工提议预警", "Propose a warning by hand"],
  propose_text: ["提议后进入会商，两部门签字、批准之后方可发布。", "It goes to consultation; it can be issued only after both signatures and approval."],
  put_forward: ["提交会商", "Put on the table"],
  to_drill: ["演练", "Drills"],
  to_room: ["进入会商室", "Go to the consultation room"], see_room: ["查看会商室", "See the consultation room"],
  update: ["变更预警", "Update"], update_title: ["变更 {area} 的预警级别", "Change the level of the warning of {area}"],
  lift: ["解除预警", "Lift"], lift_title: ["提议解除 {area} 的{level}预警", "Propose to lift the {level} warning of {area}"],
  cancel: ["取消（误发）", "Cancel (issued in error)"], cancel_title: ["取消 {area} 的预警", "Cancel the warning of {area}"],
  cancel_text: ["取消表示预警本不应发布；空气好转请用“解除”。", "To cancel says that the warning should never have been issued; when the air is better, lift it."],
  is_closed: ["该预警已结束", "this warning has ended"], nothing_in_force: ["尚未发布", "nothing has been issued yet"],
  area: ["区域", "Area"], areas: ["区域", "Areas"], level: ["级别", "Level"],
  effective: ["生效时间", "Takes effect"], effective_note: ["整点；不填则由系统取下一整点", "a full hour; left empty, the next full hour"],
  until: ["结束时间", "Ends"], until_note: ["整点；不填即另行通知解除", "a full hour; left empty, until further notice"],
  wording: ["补充措辞", "Added wording"], why: ["理由", "Reason"],
  acts: ["可办事项", "What can be done"],
  drill_mark: ["【演练】", "【演练】DRILL"],

  // Levels, states, kinds
  level_none: ["无", "none"], level_blue: ["蓝色", "Blue"], level_yellow: ["黄色", "Yellow"], level_orange: ["橙色", "Orange"], level_red: ["红色", "Red"],
  warning_of: ["{level}预警", "{level} warning"], no_warning: ["无预警", "No warning"],
  in_force: ["生效中", "in force"], not_yet_effective: ["未到生效时间", "not yet in effect"],
  state_proposed: ["待会商", "waiting for consultation"], state_consulting: ["会商中", "in consultation"], state_agreed: ["已会商，待批准", "agreed, waiting for approval"],
  state_approved: ["已批准，待发布", "approved, waiting for issue"], state_issued: ["已发布，未到生效时间", "issued, not yet in effect"], state_effective: ["生效", "in effect"],
  state_withdrawn: ["已撤回", "withdrawn"], state_dismissed: ["会商认为不需预警", "dismissed by both bureaus"],
  what_raise: ["发布{level}预警", "raise the {level} warning"], what_upgrade: ["升级为{level}预警", "upgrade to the {level} warning"], what_downgrade: ["降级为{level}预警", "downgrade to the {level} warning"],
  what_lift: ["解除{level}预警", "lift the {level} warning"], what_cancel: ["取消{level}预警", "cancel the {level} warning"], what_dismissal: ["不发布预警", "no warning is needed"],
  next_proposed: ["等待两部门会商签字", "waiting for the signatures of both bureaus"], next_consulting: ["一个部门已签字，等待另一部门", "one bureau has signed; waiting for the other"],
  next_agreed: ["两部门已签字，等待批准", "both bureaus have signed; waiting for approval"], next_approved: ["已批准，等待发布", "approved; waiting to be issued"],
  origin_forecast: ["按预报触发", "called for by forecasts"], origin_measured: ["按实测触发", "called for by measurements"], origin_order: ["按上级指令", "by an order from above"], origin_people: ["人工提议", "proposed by people"],
  basis_observed: ["实测", "observed"], basis_forecast: ["预报", "forecast"], basis_unknown: ["未知", "unknown"],

  // Countdowns
  clock_effective: ["距生效", "Takes effect"], clock_until: ["距结束", "Ends"], clock_lead: ["最迟发布", "Lead-time limit"], clock_closes: ["会商截止", "Consultation closes"], clock_review: ["复核期限", "Review due"],
  left: ["还有 {for}", "in {for}"], passed: ["已过 {for}", "{for} ago"],

  // The life of a revision
  revision: ["第 {n} 次", "Revision {n}"], version: ["方案 {n}", "version {n}"],
  step_proposed: ["提议", "Proposed"], step_signed: ["会商签字", "Signed"], step_approved: ["批准", "Approved"], step_issued: ["发布", "Issued"], step_effective: ["生效", "Effective"],
  not_yet: ["未办", "not yet"], not_done: ["未办理", "never done"], one_missing: ["另一部门未签", "the other bureau has not"], in_place_of: ["（代 {who}）", "(in place of {who})"],
  by_emergency: ["紧急发布", "emergency path"], emergency: ["紧急", "emergency"],
  from_to: ["{from} 起，至 {until}", "from {from} to {until}"], open_end: ["另行通知", "further notice"],
  rests_on: ["依据", "What it rests on"], clause: ["条款", "Clause"], carries_out: ["执行指令", "Carries out"],
  late_why: ["未满足提前时限的原因", "Why the lead time was not kept"], emergency_why: ["紧急发布理由", "Reason for the emergency path"],
  spell: ["{first} 至 {last}：重度及以上 {heavy} 天，其中严重 {severe} 天，最高 AQI {most}", "{first} to {last}: heavy days {heavy}, of these severe {severe}, highest AQI {most}"],
  overdue_sign: ["逾时未签字", "not signed in time"], overdue_approve: ["逾时未批准", "not approved in time"], overdue_issue: ["逾时未发布", "not issued in time"],
  overdue_close: ["会商已截止", "the consultation closed"], overdue_review: ["逾时未复核", "not reviewed in time"],

  // Acts
  act_sign: ["签字同意", "Sign"], act_object: ["提出异议", "Object"], act_approve: ["批准", "Approve"], "act_send-back": ["退回会商", "Send back"], act_send_back: ["退回会商", "Send back"],
  act_issue: ["发布", "Issue"], act_issue_what: ["正式发布（{what}）", "Issue ({what})"], act_lift: ["发布解除", "Issue the lift"], act_emergency: ["紧急发布", "Emergency issue"], act_consult: ["修改方案", "Changed"],
  ask_object: ["对 {area}“{what}”提出异议", "Object to “{what}” of {area}"], ask_object_text: ["异议收回已有签字，方案回到待会商。", "An objection takes back the signatures; the proposal waits for consultation again."],
  "ask_send-back": ["退回 {area}“{what}”", "Send back “{what}” of {area}"], "ask_send-back_text": ["退回后须重新会商签字。", "It must be consulted and signed again."],
  ask_emergency: ["紧急发布 {area}“{what}”", "Emergency issue of “{what}”, {area}"], ask_emergency_text: ["不待签字与批准即发布；事后须由有批准权的他人复核。", "Issued without signatures and approval; somebody else of the rank must review it afterwards."],
  sure_issue: ["发布 {area}：{what}", "Issue for {area}: {what}"], sure_lift: ["发布解除 {area}：{what}", "Issue the lift for {area}: {what}"], sure_emergency: ["紧急发布 {area}：{what}", "Emergency issue for {area}: {what}"],
  sure_text: ["将立即向公众和各单位发送（{id}）。", "It goes to the public and to all units at once ({id})."],
  sure_text_drill: ["演练：只发往演练渠道（{id}）。", "A drill: it goes to the channels of drills only ({id})."],
  late_label: ["已不足规定的提前 {hours} 小时；原因（不填则自动写明）", "Less than the {hours} hours ahead that are asked for; why (left empty, it is worded for you)"],

  // Why not
  no_session: ["请先登录", "sign in first"], no_right: ["无“{right}”权限", "the right “{right}” is missing"],
  right_sign: ["会商签字", "sign"], right_issue: ["发布", "issue"], right_emergency: ["紧急发布", "emergency"], right_order: ["录入上级指令", "order"], right_respond: ["记应急台账", "respond"], right_forecast: ["预报", "forecast"],
  not_from_here: ["现为“{state}”，不适用", "not while “{state}”"], signed_already: ["本人已签字", "you have signed"], closed_consultation: ["会商已截止，须重新提出方案", "the consultation is closed; put it on the table anew"],
  signer_cannot: ["签字人不得批准", "who signed cannot approve"], approved_already: ["本人已批准", "you have approved"], emergency_only_up: ["紧急发布只用于发布或升级", "the emergency path only raises"],
  no_rank: ["无批准权限", "no right to approve"], rank_below: ["批准权限不及{level}", "the rank does not reach {level}"],

  // Review of an emergency
  review_due: ["第 {n} 次为紧急发布，待复核：", "Revision {n} was an emergency and waits for review:"],
  review_confirm: ["复核确认", "Confirm"], review_reject: ["复核否定", "Reject"], review_text: ["{id} 第 {n} 次紧急发布的复核。", "Review of the emergency, {id} revision {n}."], finding: ["复核意见", "What was found"],
  own_emergency: ["发布人不得复核", "who issued it cannot review it"], review_confirmed: ["复核确认", "review: confirmed"], review_rejected: ["复核否定", "review: rejected"],

  // Orders from above
  orders: ["上级指令", "Orders from above"], orders_note: ["有效期间只可更高，不可更低", "while one stands, a warning may be higher, never lower"], orders_none: ["没有上级指令。", "No order from above."],
  order_stands: ["有效", "stands"], order_over: ["已过期", "over"], order_ended: ["指令终止", "the order ends"], entered: ["{who} 录入于 {at}", "entered by {who} {at}"],
  order_enter: ["录入上级指令（文字或 CAP 文件）", "Enter an order (by its words or a CAP file)"], cap_file: ["CAP 文件", "CAP file"], cap_note: ["选了文件时，机关与文号以文件为准；文件未写明的可在下面补填", "with a file, authority and document are the file's; fill in below what it leaves unsaid"],
  authority: ["发令机关", "Authority"], document: ["文号", "Document"], as_file: ["（以文件为准）", "(as the file says)"], order_text: ["指令内容", "Text of the order"], order_save: ["录入", "Enter"],
  order_needs: ["须填发令机关、文号和级别，或选择 CAP 文件", "It needs authority, document and level, or a CAP file"], cap_too_large: ["文件超过 {n} KiB", "The file is larger than {n} KiB"],
  order_end: ["终止指令", "End the order"], order_end_title: ["终止 {document}", "End {document}"], order_end_text: ["同文号的终止令。终止后预警级别不再受其约束。", "An order of the same document that ends it. Levels are no longer bound by it."],

  // The response ledger
  ledger: ["应急响应台账", "Response ledger"], ledger_note: ["已通知、已签收、已启动、已结束", "notified, acknowledged, started, ended"], ledger_none: ["该预警没有应急措施记录。", "No measures were called for by this warning."], ledger_others: ["其他预警 {n} 项", "Of other warnings: {n}"],
  stage_called: ["应通知", "Called"], stage_notified: ["已通知", "Notified"], stage_acknowledged: ["已签收", "Acknowledged"], stage_started: ["已启动", "Started"], stage_ended: ["已结束", "Ended"],
  do_notified: ["记为已通知", "Mark notified"], do_acknowledged: ["记为已签收", "Mark acknowledged"], do_started: ["记为已启动", "Mark started"], do_ended: ["记为已结束", "Mark ended"],
  respond_title: ["应急措施：{stage}", "Measure: {stage}"], respond_text: ["记入台账，不可删改。", "It goes into the ledger and stays there."], note: ["备注", "Note"],
  not_your_unit: ["须由{unit}或台账管理员办理", "for {unit}, or who keeps the ledger"], share: ["（减排 {n}%）", "(cut by {n} %)"], called_by: ["第 {n} 次 {level}", "revision {n}, {level}"], no_longer: ["第 {n} 次起不再要求", "no longer asked for since revision {n}"],
};

const language = (at) => Object.fromEntries(Object.entries(words).map(([key, both]) => [`desk.${key}`, both[at]]));
export default { zh: language(0), en: language(1) };
