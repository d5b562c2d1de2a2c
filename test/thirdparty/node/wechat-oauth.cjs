'use strict';

// Web authorization by wechat-oauth: a person scans the authorize URL and
// agrees, the callback exchanges the code. Its hosts are literals in its code;
// an agent of its options leads them to the sandbox.

const http = require('node:http');
const { promisify } = require('node:util');
const OAuth = require('wechat-oauth');
const { tell } = require('./lib/story.cjs');
const { Sandbox } = require('./lib/sandbox.cjs');
const { Tunnel } = require('./lib/tunnel.cjs');

tell(async (step, given) => {
  const box = new Sandbox(given.sandbox);
  const oauth = new OAuth(given.account.app_id, given.account.app_secret);
  const agent = new Tunnel(given.sandbox, given.ca);
  oauth.setOpts({ httpsAgent: agent, timeout: 20000 });
  const exchange = promisify(oauth.getAccessToken.bind(oauth));
  const user = promisify(oauth.getUser.bind(oauth));
  const check = promisify(oauth.verifyToken.bind(oauth));
  const refresh = promisify(oauth.refreshAccessToken.bind(oauth));

  let back = null;
  const shop = http.createServer((req, res) => {
    back = new URL(req.url, 'http://shop.example');
    res.end('bound');
  });
  await new Promise((done) => shop.listen(0, '127.0.0.1', done));
  const redirect = `http://127.0.0.1:${shop.address().port}/back?desk=7&x=${encodeURIComponent('中 文')}`;
  await box.call('PUT', '/sandbox/wechat/settings', { oauth_domain: '127.0.0.1' });
  const ming = await box.follower('小明 <明>');
  const scan = async (scope) => {
    const end = await box.call('POST', `/sandbox/wechat/followers/${ming}/scan`, { text: oauth.getAuthorizeURL(redirect, 'a1b2', scope), consent: true });
    return { status: end.status, body: end.body, ...Object.fromEntries(back.searchParams) };
  };

  const came = await step('scan and agree', () => scan('snsapi_userinfo'));
  const token = await step('exchange', async () => {
    const { data } = await exchange(came.code);
    return { ...data, hers: data.openid === ming };
  });
  await step('exchange again', () => exchange(came.code));
  await step('exchange of an unknown code', () => exchange('nobody'));
  await step('user', () => user(ming));
  await step('check', () => check(ming, token.access_token));
  await step('check of another person', () => check('nobody', token.access_token));
  await step('refresh', async () => (await refresh(token.refresh_token)).data);
  await step('refresh of an unknown token', () => refresh('nobody'));
  await step('scan without a page', () => scan('snsapi_base'));
  await step('user without the scope', async () => {
    const { code } = Object.fromEntries(back.searchParams);
    await exchange(code);
    return user({ openid: ming });
  });
});
