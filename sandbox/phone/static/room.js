// The control room: the clock, faults, what the platforms did, and truth.
import { attempt, call, clock, make, refill } from "./page.js";
import { Faults } from "./faults.js";
import { trades, pushes, requests } from "./log.js";

const jumps = [["1m", "1 分"], ["10m", "10 分"], ["2h", "2 小时"], ["25h", "25 小时"], ["49h", "49 小时"]];

// card makes one titled box of the room.
function card(id, chinese, english, ...body) {
  return make("section", { class: "card box", id, "aria-labelledby": `${id}-title` },
    make("h2", { id: `${id}-title` }, chinese, " ", make("small", {}, english)), ...body);
}

export class Room {
  constructor(root, moved) {
    this.moved = moved;
    this.face = make("time", { class: "face", id: "room-clock" }, "--:--:--");
    this.date = make("p", { class: "soft" });
    this.truth = make("dl", { class: "figures", id: "truth" });
    this.trades = make("div", { class: "log", id: "trades" });
    this.pushes = make("div", { class: "log", id: "pushes" });
    this.history = make("div", { class: "log", id: "history" });
    this.settings = this.settingsForm();
    this.faults = new Faults();
    root.append(
      card("room-time", "时钟", "Clock", make("div", { class: "clock" }, make("div", {}, this.face, this.date), this.jumpButtons())),
      card("room-truth", "真实结果", "Truth", this.truth),
      card("room-faults", "故障", "Faults", this.faults.element),
      card("room-trades", "支付宝交易", "Alipay trades", this.trades),
      card("room-pushes", "微信推送", "Pushes to the callback URL", this.pushes),
      card("room-settings", "公众号设置", "Account settings", this.settings),
      card("room-history", "收到的请求", "Requests received", this.history),
    );
  }

  jumpButtons() {
    const buttons = jumps.map(([d, label]) => make("button", { type: "button", "data-testid": `advance-${d}`, onclick: () => this.advance(d) }, `+${label}`));
    return make("div", { class: "jumps", role: "group", "aria-label": "拨快 Advance" }, ...buttons);
  }

  async advance(d) {
    await attempt(() => call("POST", "/sandbox/clock", { advance: d }));
    await this.moved();
    this.refreshSoon();
  }

  showTime(now) {
    this.face.textContent = clock(now, "second");
    this.date.textContent = `${clock(now, "day")} · 北京时间 · ${new Date(now).toISOString().slice(0, 16).replace("T", " ")} UTC`;
  }

  settingsForm() {
    const field = (name, label, hint) => make("label", {}, make("span", {}, label), make("input", { name, placeholder: hint, spellcheck: "false", autocomplete: "off" }));
    const mode = make("label", {}, make("span", {}, "消息加解密 Mode"), make("select", { name: "mode" },
      ...[["plain", "明文 plain"], ["compatible", "兼容 compatible"], ["safe", "安全 safe"]].map(([v, t]) => make("option", { value: v }, t))));
    const form = make("form", { class: "fields", id: "settings" },
      field("callback_url", "服务器地址 Callback URL", "http://127.0.0.1:8080/wechat/events"), field("oauth_domain", "网页授权域名 OAuth domain", "127.0.0.1"), mode,
      make("button", { id: "settings-save" }, "提交 ", make("small", {}, "Submit")));
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const { callback_url, oauth_domain, mode } = form;
      await attempt(() => call("PUT", "/sandbox/wechat/settings", { callback_url: callback_url.value.trim(), oauth_domain: oauth_domain.value.trim(), mode: mode.value }));
      await this.refresh();
    });
    return form;
  }

  // refreshSoon gathers wake-ups that come close together.
  refreshSoon() {
    this.waiting ??= setTimeout(() => { this.waiting = undefined; this.refresh(); }, 300);
  }

  async refresh() {
    const get = (path) => call("GET", path).catch(() => null);
    const [truth, list, pushed, history, settings] = await Promise.all([
      get("/sandbox/truth?sums=1"), get("/sandbox/alipay/trades?limit=12"), get("/sandbox/wechat/pushes?limit=12"), get("/sandbox/history?limit=40"), get("/sandbox/wechat/settings"),
      this.faults.refresh(),
    ]);
    if (truth) this.showTruth(truth);
    if (list) refill(this.trades, list, () => trades(list.trades, () => this.refresh()));
    if (pushed) refill(this.pushes, pushed, () => pushes(pushed.data));
    if (history) this.showHistory(history);
    if (settings && !this.settings.contains(document.activeElement)) {
      for (const name of ["callback_url", "oauth_domain", "mode"]) this.settings.elements[name].value = settings[name];
    }
  }

  // look asks only whether new requests came; the rest is woken by the stream.
  async look() {
    if (document.hidden) return;
    const history = await call("GET", "/sandbox/history?limit=40").catch(() => null);
    if (history) this.showHistory(history);
  }

  showHistory(history) {
    const shown = requests(history.requests);
    refill(this.history, shown.map((row) => row.dataset.key), () => shown);
  }

  showTruth(truth) {
    const figure = (label, value, bad) => make("div", { class: bad ? "bad" : "" }, make("dt", {}, label), make("dd", {}, value));
    const { alipay: money, wechat: said } = truth;
    this.truth.replaceChildren(
      figure("付款 Paid", money ? `${money.paid_count} · ¥${(money.paid / 100).toFixed(2)}` : "—"),
      figure("退款 Refunded", money ? `¥${(money.refunded / 100).toFixed(2)}` : "—"),
      figure("送达 Delivered", String(said?.delivered ?? "—")),
      figure("收信人 Recipients", String(said?.recipients ?? "—")),
      figure("去重 Deduplicated", String(said?.deduplicated ?? "—")),
      figure("重复收到 Told twice", String(said?.recipients_twice ?? "—"), said?.recipients_twice > 0),
    );
  }
}
