'use strict';

// alipay-sdk and this module's own client, each checking what the other signed.

const path = require('node:path');
const { AlipaySdk } = require('alipay-sdk');
const { tell } = require('./lib/story.cjs');
const { fieldsOf, readForm } = require('./lib/sandbox.cjs');

// The package keeps its signing to itself; this is the very file it uses.
const { signatureV3, aesEncryptText } = require(path.join(process.env.NODE_PATH, 'alipay-sdk/dist/commonjs/util.js'));

const subject = '测试 100% & "更多"+ <b>';
const bizContent = { outTradeNo: 'node-1', totalAmount: '0.01', subject, productCode: 'FAST_INSTANT_TRADE_PAY' };
const pages = { bizContent, returnUrl: 'http://shop.example/back', notifyUrl: 'http://shop.example/notify' };

tell(async (step, given) => {
  // Whoever verifies requests knows the app's public key, as the platform does.
  const platform = new AlipaySdk({ appId: given.appId, privateKey: given.platformKey, alipayPublicKey: given.appPublic, encryptKey: given.aesKey });
  const shop = new AlipaySdk({
    appId: given.appId, privateKey: given.appKey, alipayPublicKey: given.platformPublic, encryptKey: given.aesKey,
    gateway: given.gateway, endpoint: given.endpoint,
  });

  for (const [name, query] of Object.entries(given.signedByUs)) {
    await step('ours: ' + name, () => {
      const all = fieldsOf(query);
      const changed = { ...all, app_id: '2021000000000000' };
      return { genuine: platform.checkNotifySignV2(all), changed: platform.checkNotifySignV2(changed) };
    });
  }
  await step('ours: V3 request', () => {
    const { verb, uri, body, authorization } = given.v3;
    const [, auth, sign] = /^ALIPAY-SHA256withRSA (.*),sign=(.*)$/.exec(authorization);
    const text = (content) => `${auth}\n${verb}\n${uri}\n${content}\n`;
    return { genuine: platform.rsaCheck(text(body), sign), changed: platform.rsaCheck(text(body + ' '), sign) };
  });
  await step('ours: encrypted content', () => JSON.parse(platform.aesDecrypt(fieldsOf(given.encrypted).biz_content)));
  for (const [name, text] of Object.entries(given.toldByPlatform)) {
    await step('the platform: ' + name, () => {
      const all = fieldsOf(text);
      return { genuine: shop.checkNotifySignV2(all), changed: shop.checkNotifySignV2({ ...all, total_amount: '9.99' }) };
    });
  }

  await step('theirs: page pay by GET', () => new URL(shop.pageExecute('alipay.trade.page.pay', 'GET', pages)).search.slice(1));
  await step('theirs: page pay by POST', () => {
    const { action, fields } = readForm(shop.pageExecute('alipay.trade.page.pay', 'POST', pages));
    return new URL(action).search.slice(1) + '&' + fields.toString();
  });
  await step('theirs: app pay', () => shop.sdkExecute('alipay.trade.app.pay', pages));
  await step('theirs: call', () => shop.exec('alipay.trade.query', { bizContent }, { validateSign: true }));
  await step('theirs: V3 call', async () => (await shop.curl('POST', '/v3/alipay/trade/query', { body: { out_trade_no: subject } })).data);
  await step('theirs: V3 call by GET', async () => (await shop.curl('GET', '/v3/alipay/trade/query', { query: { out_trade_no: subject } })).data);
  await step('theirs: signatures', () => Object.fromEntries(
    Object.entries(given.toSign).map(([name, text]) => [name, signatureV3(text, platform.config.privateKey)]),
  ));
  await step('theirs: encrypted reply', () => {
    const sealed = aesEncryptText(given.toEncrypt, given.aesKey);
    return { sealed, sign: signatureV3(`"${sealed}"`, platform.config.privateKey) };
  });
});
