// How one entry of a chat looks.
import { make } from "./page.js";

const linkLike = /<a\s[^>]*href=["']?([^"'\s>]+)["']?[^>]*>([^<]*)<\/a>|(https?:\/\/[^\s<>"]+)/gi;

// withLinks turns links inside a text into buttons that open on the phone.
function withLinks(text, open) {
  const out = [];
  let from = 0;
  for (const m of text.matchAll(linkLike)) {
    const url = m[1] || m[3];
    out.push(text.slice(from, m.index), make("button", { type: "button", class: "link", onclick: () => open(url) }, m[2] || url));
    from = m.index + m[0].length;
  }
  out.push(text.slice(from));
  return out;
}

// lead is the foot of a card that leads somewhere.
function lead(m, open) {
  if (m.url) return make("button", { type: "button", class: "lead", "data-testid": "card-open", onclick: () => open(m.url) }, "详情 ", make("small", {}, "Details"));
  if (m.miniprogram) return make("p", { class: "lead" }, "小程序 ", make("small", {}, m.miniprogram));
  return null;
}

function card(m, open) {
  const lines = (m.lines || []).map((l) => make("div", {}, make("dt", {}, l.label), make("dd", {}, l.value || "—")));
  return make("li", { class: "message wide", "data-testid": "template-card", "data-id": m.id },
    make("div", { class: "card template" }, make("h4", {}, m.title), make("dl", {}, ...lines), lead(m, open)));
}

function article(m, open) {
  return make("li", { class: "message wide", "data-testid": "article-card", "data-id": m.id },
    make("div", { class: "card template" }, make("h4", {}, m.title), m.text && make("p", { class: "soft" }, m.text), lead(m, open)));
}

// kinds are what a phone shows of content that the sandbox does not play.
const kinds = {
  voice: ["语音", "Voice"], video: ["视频", "Video"], music: ["音乐", "Music"], mpnews: ["图文", "Article"], mpnewsarticle: ["图文", "Article"],
  wxcard: ["卡券", "Coupon"], miniprogrampage: ["小程序", "Mini program"], mpvideo: ["视频", "Video"],
};

// said is the content of a bubble.
function said(m, open) {
  const media = `/sandbox/wechat/media/${encodeURIComponent(m.text)}`;
  if (m.msgtype === "image") return make("img", { class: "picture", src: media, alt: "图片 picture" });
  if (m.msgtype === "video") return make("video", { class: "picture", src: media, controls: true, preload: "metadata" });
  const kind = kinds[m.msgtype];
  if (kind) return make("p", { class: "bubble" }, `[${kind[0]}] `, make("small", {}, kind[1]));
  return make("p", { class: "bubble" }, ...withLinks(m.text || `[${m.msgtype}]`, open));
}

// bubble builds the entry m for the phone of person.
export function bubble(m, person, open) {
  if (m.via === "event") return make("li", { class: "moment" + (m.msgtype === "notice" ? " faulty" : "") }, m.text);
  if (m.msgtype === "template") return card(m, open);
  if (m.title && m.msgtype !== "video") return article(m, open);
  const mine = m.via === "person";
  const face = mine ? make("img", { src: person.avatar, alt: "" }) : make("span", { class: "logo" }, "沙");
  const speaker = m.speaker && make("small", { class: "speaker" }, m.speaker);
  return make("li", { class: "message" + (mine ? " mine" : ""), "data-testid": mine ? "own-message" : "account-message", "data-id": m.id }, face,
    make("div", {}, speaker, said(m, open)));
}
