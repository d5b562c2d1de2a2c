'use strict';

// An Official Account run by co-wechat-api. Its hosts stay the platform's own;
// an agent of its options leads them to the sandbox.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const API = require('co-wechat-api');
const { tell } = require('./lib/story.cjs');
const { Sandbox } = require('./lib/sandbox.cjs');
const { Tunnel } = require('./lib/tunnel.cjs');

async function tokens(step, { api, box, given }) {
  const { app_id: appId, app_secret: secret } = given.account;
  await step('token', () => api.getAccessToken());
  await step('token by its own base address', () => {
    const other = new API(appId, secret);
    other.prefix = given.sandbox + '/cgi-bin/';
    return other.getAccessToken();
  });
  await step('token for a wrong secret', () => {
    const other = new API(appId, 'wrong');
    other.setOpts({ agent: new Tunnel(given.sandbox, given.ca), timeout: 20000 });
    return other.getAccessToken();
  });
  await step('a superseded token is fetched anew', async () => {
    const before = (await api.getToken()).accessToken;
    await box.advance('6m');
    await api.getFollowers();
    return { renewed: (await api.getToken()).accessToken !== before };
  });
  await step('a garbled token is not', async () => {
    const good = await api.getToken();
    await api.saveToken({ accessToken: 'garbled', expireTime: Date.now() + 3600e3 });
    try {
      return await api.getFollowers();
    } finally {
      await api.saveToken(good);
    }
  });
}

async function codes(step, { api, given }) {
  await step('temporary QR code', () => api.createTmpQRCode('desk-7', 600));
  await step('permanent QR code', () => api.createLimitQRCode(42));
  await step('permanent QR code of a word', () => api.createLimitQRCode('door'));
  await step('QR code image', async () => {
    const { ticket } = await api.createTmpQRCode(123, 60);
    const there = api.showQRCodeURL(ticket);
    const image = await fetch(there.replace('https://mp.weixin.qq.com', given.sandbox));
    return { host: new URL(there).host, status: image.status, type: image.headers.get('content-type'), bytes: (await image.arrayBuffer()).byteLength > 500 };
  });
}

async function templates(step, { api, given, ming, onPhone }) {
  const { template_id: templateId } = given.account;
  await step('template list', async () => {
    const list = (await api.getAllPrivateTemplate()).template_list;
    return { known: list.some((it) => it.template_id === templateId), named: list.every((it) => it.title !== '' && it.content !== '') };
  });
  await step('template', async () => {
    const reply = await api.sendTemplate(ming, templateId, 'http://shop.example/?a=1&b=2', '#FF0000', {
      first: { value: '您好', color: '#173177' }, keyword1: { value: '订单 <1> & "2"' }, keyword2: { value: '0.01元' },
      keyword3: { value: '2026-01-02 03:04' }, keyword4: { value: '4' }, keyword5: { value: '5' }, remark: { value: '谢谢' },
    });
    return { errcode: reply.errcode, msgid: String(reply.msgid), seen: JSON.stringify(await onPhone(ming)).includes('订单 <1> & \\"2\\"') };
  });
  await step('template with an unknown id', () => api.sendTemplate(ming, 'x'.repeat(43), '', '', { first: { value: 'x' } }));
  await step('template to nobody', () => api.sendTemplate('o'.padEnd(28, 'x'), templateId, '', '', { first: { value: 'x' } }));
  await step('added template', () => api.addTemplate('TM00015'));
  await step('industry', () => api.getIndustry());
}

async function customMessages(step, { api, box, given, hong, onPhone }) {
  await step('custom text', async () => {
    const reply = await api.sendText(hong, '你好 <a href="http://shop.example/?a=1&b=2">看</a>');
    return { errcode: reply.errcode, seen: JSON.stringify(await onPhone(hong)).includes('a=1&b=2') };
  });
  await step('custom news', () => api.sendNews(hong, [{ title: '标题', description: '说明', url: 'http://shop.example/', picurl: 'http://shop.example/a.jpg' }]));
  await step('custom picture', async () => {
    const file = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'picture-')), 'dot.png');
    fs.writeFileSync(file, Buffer.from(given.picture, 'base64'));
    const media = await api.uploadMedia(file, 'image', 'dot.png', 'image/png');
    fs.rmSync(path.dirname(file), { recursive: true });
    const reply = await api.sendImage(hong, media.media_id);
    return { type: media.type, errcode: reply.errcode, same: (await api.getMedia(media.media_id)).toString('base64') === given.picture };
  });
  await step('custom text beyond the count', () => api.sendText(hong, '第四条'));
  await step('custom text after writing', async () => {
    await box.call('POST', `/sandbox/wechat/followers/${hong}/say`, { text: '在吗' });
    return api.sendText(hong, '在');
  });
  await step('custom text outside the window', async () => {
    await box.advance('49h');
    return api.sendText(hong, '还在吗');
  });
}

async function followers(step, { api, box, ming, hong }) {
  await step('followers', async () => {
    const list = await api.getFollowers();
    return { total: list.total, count: list.count, all: [ming, hong].every((it) => list.data.openid.includes(it)) };
  });
  await step('followers page by page', async () => {
    await box.call('POST', '/sandbox/wechat/followers/bulk', { count: 10500 });
    const seen = new Set();
    for (let next = ''; ;) {
      const page = await api.getFollowers(next);
      if (page.count === 0) break;
      page.data.openid.forEach((it) => seen.add(it));
      if (!page.next_openid || page.next_openid === next) break;
      next = page.next_openid;
    }
    return seen.size;
  });
  await step('follower', () => api.getUser({ openid: hong, lang: 'zh_CN' }));
  await step('followers by name', async () => (await api.batchGetUsers([ming, hong])).user_info_list.map((it) => it.openid === ming || it.openid === hong));
  await step('nobody', () => api.getUser('nobody'));
  await step('remark', () => api.updateRemark(ming, '老客户'));
  const tag = await step('tag', () => api.createTags('会员'));
  await step('tag twice', () => api.createTags('会员'));
  await step('tagging', () => api.batchTagging([ming], tag.tag.id));
  await step('tag members', async () => (await api.getUsersFromTag(tag.tag.id)).data.openid.length);
  await step('tags of a follower', () => api.getIdList(ming));
  await step('mass text to a tag', () => api.massSendText('活动', tag.tag.id));
}

async function menuAndPages(step, { api }) {
  await step('menu', () => api.createMenu({ button: [{ type: 'click', name: '今日', key: 'K1' }, { type: 'view', name: '商店', url: 'http://shop.example/' }] }));
  await step('menu read', () => api.getMenu());
  await step('JS-SDK', async () => {
    const url = 'http://shop.example/?a=1&b=2';
    return { ...await api.getJsConfig({ url }), url, ticket: (await api.ensureTicket('jsapi')).ticket };
  });
  await step('menu removed', () => api.removeMenu());
  await step('menu read without one', () => api.getMenu());
}

tell(async (step, given) => {
  const box = new Sandbox(given.sandbox);
  const api = new API(given.account.app_id, given.account.app_secret);
  api.setOpts({ agent: new Tunnel(given.sandbox, given.ca), timeout: 20000 });
  await tokens(step, { api, box, given });
  const people = { ming: await box.follower('小明'), hong: await box.follower('小红 & <红>') };
  const onPhone = async (openid) => (await box.call('GET', `/sandbox/wechat/followers/${openid}/messages`)).messages.at(-1);
  const all = { api, box, given, onPhone, ...people };
  for (const act of [codes, templates, customMessages, followers, menuAndPages]) await act(step, all);
});
