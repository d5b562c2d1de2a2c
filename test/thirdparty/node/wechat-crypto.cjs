'use strict';

// wechat-crypto on both sides of a callback: it opens what the sandbox pushes
// and seals the passive replies, and it exchanges sealed texts with this
// module's own client.

const API = require('co-wechat-api');
const { tell } = require('./lib/story.cjs');
const { Sandbox, listen } = require('./lib/sandbox.cjs');
const { Tunnel } = require('./lib/tunnel.cjs');
const { Callback, element, envelope, textReply } = require('./lib/callback.cjs');

const success = () => 'success';
const reply = '收到 <&> ✓';

// Shop is a server behind the account's callback address; it says what answer
// says to the push before it.
class Shop {
  constructor(given) {
    this.box = new Sandbox(given.sandbox);
    this.callback = new Callback(given.account);
    this.answer = success;
  }

  async start() {
    this.server = await listen((req, body) => (
      req.method === 'POST' ? this.answer(this.callback.open(req.url, body)) : this.callback.echo(req.url)));
  }

  async next() {
    const post = await this.server.next();
    const { xml, ...rest } = this.callback.open(post.url, post.body);
    const of = (name) => element(xml, name);
    return { ...rest, kind: of('MsgType'), event: of('Event'), key: of('EventKey'), content: of('Content'), id: of('MsgId') };
  }

  settings(more) {
    return this.box.call('PUT', '/sandbox/wechat/settings', more);
  }

  say(openid, text) {
    return this.box.call('POST', `/sandbox/wechat/followers/${openid}/say`, { text });
  }

  // shows waits until a phone shows a text.
  async shows(openid, part) {
    const limit = Date.now() + 10000;
    for (;;) {
      const { messages } = await this.box.call('GET', `/sandbox/wechat/followers/${openid}/messages?all=1`);
      if (messages.some((it) => String(it.text).includes(part))) return true;
      if (Date.now() > limit) throw new Error('the phone shows ' + JSON.stringify(messages));
      await new Promise((done) => { setTimeout(done, 20); });
    }
  }
}

async function inEachMode(step, shop) {
  const { callback } = shop;
  for (const mode of ['safe', 'compatible', 'plain']) {
    await shop.settings({ mode });
    const ming = await shop.box.follower('小明');
    await step(`${mode}: follow`, () => shop.next());
    await step(`${mode}: text`, async () => {
      shop.answer = ({ xml }) => (mode === 'safe' ? envelope(callback.seal(textReply(xml, reply))) : textReply(xml, reply));
      await shop.say(ming, '你好 <b>&amp; 😀');
      return shop.next();
    });
    await step(`${mode}: reply`, () => shop.shows(ming, reply));
    shop.answer = success;
  }
  await step('safe: reply under a wrong signature', async () => {
    await shop.settings({ mode: 'safe' });
    const hong = await shop.box.follower('小红');
    await shop.next();
    shop.answer = ({ xml }) => envelope({ ...callback.seal(textReply(xml, '假的')), signature: '0'.repeat(40) });
    await shop.say(hong, '在吗');
    await shop.next();
    shop.answer = success;
    return shop.shows(hong, '出现故障');
  });
}

async function byCode(step, shop, given) {
  const api = new API(given.account.app_id, given.account.app_secret);
  api.setOpts({ agent: new Tunnel(given.sandbox, given.ca), timeout: 20000 });
  const { url } = await api.createTmpQRCode('desk-7', 600);
  const { openid } = await shop.box.call('POST', '/sandbox/wechat/followers', { nickname: '路人', follow: false });
  const scan = async () => {
    await shop.box.call('POST', `/sandbox/wechat/followers/${openid}/scan`, { text: url, consent: true });
    return shop.next();
  };
  await step('a stranger scans a QR code and follows', scan);
  await step('a follower scans it', scan);
}

async function withOurClient(step, callback, given) {
  await step('ours: pushes', () => given.ours.pushes.map(({ uri, body, xml }) => {
    const push = callback.open(uri, body);
    return push.signed && push.sealed && push.xml === xml;
  }));
  await step('ours: answers', () => given.ours.answers.map(({ body, content }) => element(callback.openReply(body), 'Content') === content));
  await step('theirs: pushes', () => given.toSeal.map((xml) => callback.push(xml)));
}

tell(async (step, given) => {
  const shop = new Shop(given);
  await shop.start();
  await step('callback address', async () => (await shop.settings({ callback_url: shop.server.url + '/events?shop=7', mode: 'safe' })).mode);
  await inEachMode(step, shop);
  await byCode(step, shop, given);
  await withOurClient(step, shop.callback, given);
});
