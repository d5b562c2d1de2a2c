// The faults of the control room: switches for the usual ones, and a form for any other.
import { attempt, call, make } from "./page.js";

const usual = [
  [{ at: "alipay.notify", kind: "drop" }, "支付宝通知丢失", "notices lost"],
  [{ at: "alipay.notify", kind: "duplicate" }, "支付宝通知重复", "notices doubled"],
  [{ at: "alipay.notify", kind: "bad_signature" }, "支付宝通知验签失败", "notices forged"],
  [{ at: "alipay.gateway", kind: "reply_lost" }, "支付宝应答丢失", "gateway replies lost"],
  [{ at: "wechat.api", kind: "errcode", code: -1 }, "微信系统繁忙", "API busy"],
  [{ at: "wechat.api", kind: "errcode", code: 40001 }, "微信令牌提前失效", "token dies early"],
  [{ at: "wechat.api", kind: "reply_lost", path: "send" }, "微信送达但应答丢失", "sent, reply lost"],
  [{ at: "wechat.callback", kind: "drop" }, "微信推送丢失", "pushes lost"],
];
const places = ["alipay.gateway", "alipay.notify", "alipay.bill", "wechat.api", "wechat.callback"];
const kinds = ["drop", "delay", "duplicate", "reorder", "bad_signature", "wrong_amount", "wrong_app", "reply_lost", "http_500", "errcode", "latency", "bill_missing", "bill_extra", "bill_amount", "bill_fee", "bill_state"];

function same(a, b) {
  return a.at === b.at && a.kind === b.kind && (a.path || "") === (b.path || "") && String(a.code ?? "") === String(b.code ?? "");
}

export class Faults {
  constructor() {
    this.rules = [];
    this.switches = usual.map(([rule, chinese, english]) => {
      const button = make("button", { type: "button", class: "toggle", role: "switch", "aria-label": `${chinese} ${english}`, "data-testid": `fault-${rule.at}-${rule.kind}${rule.code ?? ""}` });
      button.addEventListener("click", () => this.flip(rule));
      return { rule, button, row: make("p", {}, make("span", {}, chinese, " ", make("small", {}, english)), button) };
    });
    this.others = make("div", { class: "rules" });
    this.element = make("div", { class: "faults" }, make("div", { class: "list" }, ...this.switches.map((s) => s.row)), this.others, this.form(),
      make("button", { type: "button", class: "quiet", id: "faults-clear", onclick: () => this.put([]) }, "全部关闭 ", make("small", {}, "Clear all")));
  }

  form() {
    const pick = (name, label, values) => make("label", {}, make("span", {}, label), make("select", { name }, ...values.map((v) => make("option", {}, v))));
    const type = (name, label, hint) => make("label", {}, make("span", {}, label), make("input", { name, placeholder: hint, autocomplete: "off" }));
    const form = make("form", { class: "fields compact" }, pick("at", "哪里 At", places), pick("kind", "什么 Kind", kinds), type("rate", "概率 Rate", "1"), type("delay", "延迟 Delay", "3s"), type("code", "代码 Code", "-1"), type("path", "路径 Path", "/cgi-bin/…"),
      make("button", { id: "fault-add" }, "添加 ", make("small", {}, "Add")));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const f = form.elements;
      const rule = { at: f.at.value, kind: f.kind.value };
      if (f.rate.value) rule.rate = Number(f.rate.value);
      for (const key of ["delay", "path"]) if (f[key].value) rule[key] = f[key].value;
      if (f.code.value) rule.code = f.code.value;
      this.put([...this.rules, rule]);
    });
    return make("details", {}, make("summary", {}, "其他故障 ", make("small", {}, "Another fault")), form);
  }

  flip(rule) {
    const rest = this.rules.filter((r) => !same(r, rule));
    return this.put(rest.length === this.rules.length ? [...rest, rule] : rest);
  }

  async put(rules) {
    await attempt(() => rules.length ? call("PUT", "/sandbox/faults", { rules }) : call("DELETE", "/sandbox/faults"));
    await this.refresh();
  }

  async refresh() {
    const answer = await call("GET", "/sandbox/faults").catch(() => null);
    if (!answer) return;
    this.rules = answer.rules;
    for (const { rule, button } of this.switches) button.setAttribute("aria-checked", String(this.rules.some((r) => same(r, rule))));
    const others = this.rules.filter((r) => !usual.some(([u]) => same(u, r)));
    this.others.replaceChildren(...others.map((r) => make("button", { type: "button", title: "去掉 · remove", onclick: () => this.put(this.rules.filter((x) => x !== r)) },
      [r.at, r.kind, r.path, r.code, r.delay, r.rate !== undefined && r.rate !== 1 ? `${r.rate * 100}%` : ""].filter(Boolean).join(" "), " ×")));
  }
}
