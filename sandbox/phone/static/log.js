// Rows of the control room's lists: trades, pushes and requests.
import { attempt, call, clock, make, yuan } from "./page.js";

function nothing(chinese, english) {
  return [make("p", { class: "soft none" }, chinese, " ", make("small", {}, english))];
}

function dot(state) {
  return make("span", { class: `dot ${state}`, "aria-hidden": "true" });
}

const statuses = { WAIT_BUYER_PAY: "待付款", TRADE_SUCCESS: "已付款", TRADE_FINISHED: "已完结", TRADE_CLOSED: "已关闭", NOT_SCANNED: "未打开" };

function attempts(list, good) {
  return list.map((a) => make("li", {}, clock(a.time || a.at, "second"), " ", dot(good(a) ? "on" : "off"), " ", make("code", {}, a.status ? String(a.status) : "—"), " ", a.reason || a.error || a.answer || "", a.faults ? ` [${a.faults}]` : ""));
}

// trades are the newest trades with their notices and two buttons each.
export function trades(list, changed) {
  if (!list.length) return nothing("还没有交易", "No trades yet");
  const act = (t, name) => attempt(async () => { await call("POST", `/sandbox/alipay/trades/${encodeURIComponent(t.out_trade_no)}/${name}`); changed(); });
  return list.map((t) => {
    const tries = (t.notices || []).flatMap((n) => n.attempts || []);
    return make("details", { class: "entry", "data-testid": "trade", "data-number": t.out_trade_no, "data-key": t.trade_no },
      make("summary", { "data-focus": t.trade_no }, dot(t.paid ? "on" : ""), make("b", {}, yuan(t.amount)), make("span", { class: "grow" }, t.subject), make("small", {}, statuses[t.status] || t.status)),
      make("p", { class: "soft" }, make("code", {}, t.out_trade_no), ` · ${tries.length} 次通知 notices`),
      make("ul", {}, ...attempts(tries, (a) => a.status === 200 && (a.answer || "").trim() === "success")),
      make("div", { class: "actions" },
        !t.paid && make("button", { type: "button", "data-testid": "trade-pay", "data-focus": `pay-${t.trade_no}`, onclick: () => act(t, "pay") }, "付款 ", make("small", {}, "Pay")),
        make("button", { type: "button", class: "quiet", "data-testid": "trade-notify", "data-focus": `notify-${t.trade_no}`, onclick: () => act(t, "notify") }, "再通知 ", make("small", {}, "Notify"))));
  });
}

// pushes are the newest pushes to the account's callback URL.
export function pushes(list) {
  if (!list.length) return nothing("还没有推送", "No pushes yet");
  const name = (p) => p.fields.find((f) => f.n === "Event")?.v || p.fields.find((f) => f.n === "MsgType")?.v;
  return list.map((p) => make("details", { class: "entry", "data-testid": "push", "data-key": String(p.id) },
    make("summary", { "data-focus": `push-${p.id}` }, dot(p.state === "delivered" ? "on" : p.state === "failed" ? "off" : ""), make("span", { class: "grow" }, name(p)), make("small", {}, `${(p.attempts || []).length} 次 · ${clock(p.create_time * 1000, "second")}`)),
    make("p", { class: "soft" }, make("code", {}, p.openid)),
    make("ul", {}, ...attempts(p.attempts || [], (a) => !a.reason))));
}

// requests are the newest calls that clients made to the platforms.
export function requests(list) {
  const calls = list.filter((v) => !v.path.startsWith("/sandbox/") || v.method !== "GET").slice(0, 40);
  if (!calls.length) return nothing("还没有请求", "No requests yet");
  return calls.map((v) => make("details", { class: "entry", "data-key": `${v.time} ${v.micros}` },
    make("summary", { "data-focus": `${v.time} ${v.micros}` }, dot(v.status >= 200 && v.status < 400 ? "on" : "off"), make("code", {}, v.method), make("span", { class: "grow path" }, v.path), make("small", {}, `${v.status || "断"} · ${clock(v.time, "second")}`)),
    v.query && make("pre", {}, v.query), v.body && make("pre", {}, v.body)));
}
