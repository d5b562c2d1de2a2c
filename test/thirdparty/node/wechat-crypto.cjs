'use strict';

// wechat-crypto on both sides of a callback: it opens what the sandbox pushes
// and seals the passive replies, and it exchanges sealed texts with this
// module's own client.

const crypto = require('node:crypto');
const API = require('co-wechat-api');
const WXBizMsgCrypt = require('wechat-crypto');
const { tell } = require('./lib/story.cjs');
const { Sandbox, listen } = require('./lib/sandbox.cjs');
const { Tunnel } = require('./lib/tunnel.cjs');

const element = (xml, name) => {
  const found = new RegExp(`<${name}>(?:<!\\[CDATA\\[([\\s\\S]*?)\\]\\]>|([^<]*))</${name}>`).exec(xml);
  return found ? found[1] ?? found[2] : null;
};

const textReply = (push, content) => `<xml><ToUserName><![CDATA[${element(push, 'FromUserName')}]]></ToUserName>`
  + `<FromUserName><![CDATA[${element(push, 'ToUserName')}]]></FromUserName><CreateTime>${Math.floor(Date.now() / 1000)}</CreateTime>`
  + `<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[${content}]]></Content></xml>`;

tell(async (step, given) => {
  const box = new Sandbox(given.sandbox);
  const { token, encoding_aes_key: aesKey, app_id: appId } = given.account;
  const cipher = new WXBizMsgCrypt(token, aesKey, appId);
  const plainSignature = (at, nonce) => crypto.createHash('sha1').update([token, at, nonce].sort().join('')).digest('hex');

  const seal = (text) => {
    const encrypted = cipher.encrypt(text);
    const [at, nonce] = [String(Math.floor(Date.now() / 1000)), crypto.randomBytes(5).toString('hex')];
    return { at, nonce, encrypted, signature: cipher.getSignature(at, nonce, encrypted) };
  };
  const envelope = (it) => `<xml><Encrypt><![CDATA[${it.encrypted}]]></Encrypt><MsgSignature><![CDATA[${it.signature}]]></MsgSignature>`
    + `<TimeStamp>${it.at}</TimeStamp><Nonce><![CDATA[${it.nonce}]]></Nonce></xml>`;

  const open = (url, body) => {
    const q = Object.fromEntries(new URL(url, 'http://shop.example').searchParams);
    const encrypted = element(body, 'Encrypt');
    const opened = encrypted && cipher.decrypt(encrypted);
    return {
      signed: q.signature === plainSignature(q.timestamp, q.nonce),
      sealed: Boolean(encrypted) && q.msg_signature === cipher.getSignature(q.timestamp, q.nonce, encrypted) && opened.id === appId,
      readable: element(body, 'MsgType') !== null, type: q.encrypt_type ?? 'none', xml: opened ? opened.message : body,
    };
  };

  // The shop's callback: it says what answer says to the push before it.
  let answer = () => 'success';
  const shop = await listen((req, body) => {
    if (req.method === 'POST') return answer(open(req.url, body));
    const q = new URL(req.url, 'http://shop.example').searchParams;
    return q.get('signature') === plainSignature(q.get('timestamp'), q.get('nonce')) ? q.get('echostr') : 'forged';
  });
  const next = async () => {
    const post = await shop.next();
    return open(post.url, post.body);
  };
  const seen = async (push) => {
    const { xml, ...rest } = await push;
    return { ...rest, kind: element(xml, 'MsgType'), event: element(xml, 'Event'), key: element(xml, 'EventKey'), content: element(xml, 'Content'), id: element(xml, 'MsgId') };
  };
  const shows = async (openid, part) => {
    const limit = Date.now() + 10000;
    for (;;) {
      const { messages } = await box.call('GET', `/sandbox/wechat/followers/${openid}/messages?all=1`);
      if (messages.some((it) => String(it.text).includes(part))) return true;
      if (Date.now() > limit) throw new Error('the phone shows ' + JSON.stringify(messages));
      await new Promise((done) => { setTimeout(done, 20); });
    }
  };
  const say = (openid, text) => box.call('POST', `/sandbox/wechat/followers/${openid}/say`, { text });
  const settings = (more) => box.call('PUT', '/sandbox/wechat/settings', more);

  await step('callback address', async () => (await settings({ callback_url: shop.url + '/events?shop=7', mode: 'safe' })).mode);
  for (const mode of ['safe', 'compatible', 'plain']) {
    await settings({ mode });
    const ming = await box.follower('小明');
    await step(`${mode}: follow`, () => seen(next()));
    await step(`${mode}: text`, async () => {
      answer = (push) => (mode === 'safe' ? envelope(seal(textReply(push.xml, '收到 <&> ✓'))) : textReply(push.xml, '收到 <&> ✓'));
      await say(ming, '你好 <b>&amp; 😀');
      return seen(next());
    });
    await step(`${mode}: reply`, () => shows(ming, '收到 <&> ✓'));
    answer = () => 'success';
  }
  await step('safe: reply under a wrong signature', async () => {
    await settings({ mode: 'safe' });
    const hong = await box.follower('小红');
    await next();
    answer = (push) => envelope({ ...seal(textReply(push.xml, '假的')), signature: '0'.repeat(40) });
    await say(hong, '在吗');
    await next();
    return shows(hong, '出现故障');
  });

  answer = () => 'success';
  const api = new API(appId, given.account.app_secret);
  api.setOpts({ agent: new Tunnel(given.sandbox, given.ca) });
  const { url } = await api.createTmpQRCode('desk-7', 600);
  const scan = (openid) => box.call('POST', `/sandbox/wechat/followers/${openid}/scan`, { text: url, consent: true });
  const { openid } = await box.call('POST', '/sandbox/wechat/followers', { nickname: '路人', follow: false });
  await step('a stranger scans a QR code and follows', async () => {
    await scan(openid);
    return seen(next());
  });
  await step('a follower scans it', async () => {
    await scan(openid);
    return seen(next());
  });

  await step('ours: pushes', () => given.ours.pushes.map(({ uri, body, xml }) => {
    const push = open(uri, body);
    return push.signed && push.sealed && push.xml === xml;
  }));
  await step('ours: answers', () => given.ours.answers.map(({ body, content }) => {
    const encrypted = element(body, 'Encrypt');
    const signed = element(body, 'MsgSignature') === cipher.getSignature(element(body, 'TimeStamp'), element(body, 'Nonce'), encrypted);
    return signed && element(cipher.decrypt(encrypted).message, 'Content') === content;
  }));
  await step('theirs: pushes', () => given.toSeal.map((xml) => {
    const it = seal(xml);
    const query = new URLSearchParams({
      signature: plainSignature(it.at, it.nonce), timestamp: it.at, nonce: it.nonce, openid: 'o1', encrypt_type: 'aes', msg_signature: it.signature,
    });
    return { query: query.toString(), body: `<xml><ToUserName><![CDATA[gh_1]]></ToUserName><Encrypt><![CDATA[${it.encrypted}]]></Encrypt></xml>` };
  }));
});
