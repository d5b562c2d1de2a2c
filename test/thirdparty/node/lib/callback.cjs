'use strict';

// A developer's side of an Official Account's callback: wechat-crypto seals and
// opens, the rest is what the package leaves to its user.

const crypto = require('node:crypto');
const WXBizMsgCrypt = require('wechat-crypto');

const element = (xml, name) => {
  const found = new RegExp(`<${name}>(?:<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|([^<]*))</${name}>`).exec(xml);
  return found ? found[1] ?? found[2] : null;
};

const now = () => String(Math.floor(Date.now() / 1000));

const textReply = (push, content) => `<xml><ToUserName><![CDATA[${element(push, 'FromUserName')}]]></ToUserName>`
  + `<FromUserName><![CDATA[${element(push, 'ToUserName')}]]></FromUserName><CreateTime>${now()}</CreateTime>`
  + `<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content></xml>`;

const envelope = (it) => `<xml><Encrypt><![CDATA[${it.encrypted}]]></Encrypt><MsgSignature><![CDATA[${it.signature}]]></MsgSignature>`
  + `<TimeStamp>${it.at}</TimeStamp><Nonce><![CDATA[${it.nonce}]]></Nonce></xml>`;

class Callback {
  constructor(account) {
    this.token = account.token;
    this.appId = account.app_id;
    this.cipher = new WXBizMsgCrypt(account.token, account.encoding_aes_key, account.app_id);
  }

  plainSignature(at, nonce) {
    return crypto.createHash('sha1').update([this.token, at, nonce].sort().join('')).digest('hex');
  }

  seal(text) {
    const encrypted = this.cipher.encrypt(text);
    const [at, nonce] = [now(), crypto.randomBytes(5).toString('hex')];
    return { at, nonce, encrypted, signature: this.cipher.getSignature(at, nonce, encrypted) };
  }

  // push is the query and the body in which the platform posts a text.
  push(text) {
    const it = this.seal(text);
    const query = new URLSearchParams({
      signature: this.plainSignature(it.at, it.nonce), timestamp: it.at, nonce: it.nonce, openid: 'o1', encrypt_type: 'aes', msg_signature: it.signature,
    });
    return { query: query.toString(), body: `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${it.encrypted}]]></Encrypt></xml>` };
  }

  // open says what came and by which signatures it is good.
  open(url, body) {
    const q = Object.fromEntries(new URL(url, 'http://shop.example').searchParams);
    const encrypted = element(body, 'Encrypt');
    const opened = encrypted && this.cipher.decrypt(encrypted);
    return {
      signed: q.signature === this.plainSignature(q.timestamp, q.nonce),
      sealed: Boolean(encrypted) && q.msg_signature === this.cipher.getSignature(q.timestamp, q.nonce, encrypted) && opened.id === this.appId,
      readable: element(body, 'MsgType') !== null, type: q.encrypt_type ?? 'none', xml: opened ? opened.message : body,
    };
  }

  // openReply returns the text of a sealed passive reply, or nothing when its
  // signature is wrong.
  openReply(body) {
    const encrypted = element(body, 'Encrypt');
    const signed = element(body, 'MsgSignature') === this.cipher.getSignature(element(body, 'TimeStamp'), element(body, 'Nonce'), encrypted);
    return signed ? this.cipher.decrypt(encrypted).message : null;
  }

  // echo answers the check of the settings page.
  echo(url) {
    const q = new URL(url, 'http://shop.example').searchParams;
    return q.get('signature') === this.plainSignature(q.get('timestamp'), q.get('nonce')) ? q.get('echostr') : 'forged';
  }
}

module.exports = { Callback, element, envelope, textReply };
