'use strict';

// wechat-crypto on both sides of a callback: it opens what the sandbox pushes
// and seals the passive replies, and it exchanges sealed texts with this
// module's own client.

const crypto = require('node:crypto');
const http = require('node:http');
const WXBizMsgCrypt = require('wechat-crypto');
const { tell } = require('./lib/story.cjs');
const { Sandbox } = require('./lib/sandbox.cjs');

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

  // The shop's callback: it keeps what came and answers what answer says.
  const pushes = [];
  let answer = () => 'success';
  let arrived = () => {};
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
  const server = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (part) => parts.push(part));
    req.on('end', () => {
      if (req.method === 'GET') {
        const q = new URL(req.url, 'http://shop.example').searchParams;
        res.end(q.get('signature') === plainSignature(q.get('timestamp'), q.get('nonce')) ? q.get('echostr') : 'forged');
        return;
      }
      const push = open(req.url, Buffer.concat(parts).toString());
      pushes.push(push);
      res.end(answer(push));
      arrived();
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const callback = `http://127.0.0.1:${server.address().port}/events?shop=7`;
  const next = async () => {
    while (pushes.length === 0) await new Promise((done) => { arrived = done; });
    return pushes.shift();
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

  await step('callback address', async () => (await settings({ callback_url: callback, mode: 'safe' })).mode);
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
