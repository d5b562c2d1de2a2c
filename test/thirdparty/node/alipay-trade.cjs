'use strict';

// A merchant's day with alipay-sdk: every call of the older gateway, replies
// verified, in key mode or in certificate mode as the input says.

const { AlipaySdk, ProxyAgent } = require('alipay-sdk');
const { tell } = require('./lib/story.cjs');
const { Sandbox, readForm, submit, listen, fieldsOf } = require('./lib/sandbox.cjs');

const verified = { validateSign: true };

// Merchant is an SDK of the given configuration and the shop it serves.
class Merchant {
  constructor(given, shop) {
    this.given = given;
    this.config = given.config;
    this.box = new Sandbox(given.sandbox);
    this.sdk = new AlipaySdk(given.config);
    this.shop = shop;
    this.call = (method, bizContent, more) => this.sdk.exec(method, { ...more, bizContent }, verified);
  }

  order(outTradeNo, more) {
    return {
      bizContent: {
        outTradeNo, totalAmount: '88.66', subject: '测试商品 100% & "更多"+', productCode: 'FAST_INSTANT_TRADE_PAY',
        passbackParams: encodeURIComponent('a=1&b=中'), ...more,
      },
      returnUrl: this.shop.url + '/return?from=desk',
      notifyUrl: this.shop.url + '/notify',
    };
  }
}

async function pages(step, merchant) {
  const { sdk } = merchant;
  let cashier = '';
  await step('page pay by GET', async () => {
    const url = sdk.pageExecute('alipay.trade.page.pay', 'GET', merchant.order('node-page-get'));
    const res = await fetch(url);
    cashier = res.url;
    return { status: res.status, cashier: new URL(res.url).pathname.startsWith('/sandbox/alipay/cashier/') };
  });
  await step('page pay by POST', async () => {
    const page = sdk.pageExecute('alipay.trade.page.pay', 'POST', merchant.order('node-page-post'));
    const res = await submit(readForm(page));
    return { status: res.status, cashier: new URL(res.headers.get('location')).pathname.startsWith('/sandbox/alipay/cashier/') };
  });
  await step('wap pay by GET', async () => {
    const url = sdk.pageExecute('alipay.trade.wap.pay', 'GET', merchant.order('node-wap', { productCode: 'QUICK_WAP_WAY' }));
    return (await fetch(url)).status;
  });
  await step('page pay with a changed amount', async () => {
    const url = sdk.pageExecute('alipay.trade.page.pay', 'GET', merchant.order('node-page-bad')).replace('88.66', '0.01');
    const res = await fetch(url);
    const page = new TextDecoder('gbk').decode(await res.arrayBuffer());
    return { status: res.status, type: res.headers.get('content-type'), names: page.includes('invalid-signature') };
  });
  return cashier;
}

async function paidAtCashier(step, { sdk, shop, call }, cashier) {
  await step('query before anybody paid', () => call('alipay.trade.query', { outTradeNo: 'node-page-get' }));
  await step('return after paying at the cashier', async () => {
    const res = await submit(readForm(await (await fetch(cashier)).text(), cashier));
    const back = new URL(res.headers.get('location'));
    const all = fieldsOf(back.search);
    const own = all.from;
    delete all.from;
    return {
      status: res.status, own, genuine: sdk.checkNotifySignV2(all), byOldCheck: sdk.checkNotifySign(all),
      tampered: sdk.checkNotifySignV2({ ...all, total_amount: '0.01' }), names: Object.keys(all).sort().join(' '),
    };
  });
  await step('notice', async () => {
    const post = await shop.next();
    const all = fieldsOf(post.body);
    return {
      url: post.url, type: post.type, genuine: sdk.checkNotifySignV2(all), status: all.trade_status, subject: all.subject,
      passback: all.passback_params, empty: Object.values(all).includes(''),
      tampered: sdk.checkNotifySignV2({ ...all, total_amount: '0.01' }),
      unsigned: sdk.checkNotifySignV2({ ...all, sign: undefined }),
    };
  });
  await step('query after paying', () => call('alipay.trade.query', { outTradeNo: 'node-page-get' }));
  await step('close what is paid', () => call('alipay.trade.close', { outTradeNo: 'node-page-get' }));
}

async function refunds(step, { call }) {
  const part = { outTradeNo: 'node-page-get', refundAmount: '8.66', outRequestNo: 'r1', refundReason: '七天无理由' };
  await step('refund a part', () => call('alipay.trade.refund', part));
  await step('refund the same part again', () => call('alipay.trade.refund', part));
  await step('refund the same number for another amount', () => call('alipay.trade.refund', { ...part, refundAmount: '1.00' }));
  await step('refund too much', () => call('alipay.trade.refund', { ...part, outRequestNo: 'r2', refundAmount: '80.01' }));
  await step('refund query', () => call('alipay.trade.fastpay.refund.query', {
    outTradeNo: 'node-page-get', outRequestNo: 'r1', queryOptions: ['gmt_refund_pay', 'refund_detail_item_list'],
  }));
  await step('refund query of an unknown number', () => call('alipay.trade.fastpay.refund.query', {
    outTradeNo: 'node-page-get', outRequestNo: 'r9',
  }));
}

async function scans(step, { box, shop, call }) {
  const toScan = { outTradeNo: 'node-scan', totalAmount: 0.05, subject: '扫码' };
  await step('precreate', () => call('alipay.trade.precreate', toScan, { notifyUrl: shop.url + '/notify' }));
  await step('query before the scan', () => call('alipay.trade.query', { outTradeNo: 'node-scan' }));
  await step('close before the scan', () => call('alipay.trade.close', { outTradeNo: 'node-scan' }));
  await step('query after the scan', async () => {
    await box.pay('node-scan');
    return call('alipay.trade.query', { outTradeNo: 'node-scan' });
  });
  await step('cancel what is paid', () => call('alipay.trade.cancel', { outTradeNo: 'node-scan' }));
  await step('cancel what nobody knows', () => call('alipay.trade.cancel', { outTradeNo: 'node-nobody' }));
}

async function atTheTill(step, { box, config, call }) {
  await step('pay by payment code', async () => {
    const { auth_code: authCode } = await box.call('POST', `/sandbox/alipay/buyers/${await box.buyer()}/code`);
    return call('alipay.trade.pay', { outTradeNo: 'node-bar', authCode, scene: 'bar_code', totalAmount: '12.00', subject: '条码' });
  });
  await step('pay by a code that is none', () => call('alipay.trade.pay', {
    outTradeNo: 'node-bar-2', authCode: '281111111111111111', scene: 'bar_code', totalAmount: '12.00', subject: '条码',
  }));
  await step('create', async () => call('alipay.trade.create', {
    outTradeNo: 'node-create', totalAmount: '3.00', subject: '小程序', buyerId: await box.buyer(), productCode: 'JSAPI_PAY', opAppId: config.appId,
  }));
  await step('close', () => call('alipay.trade.close', { outTradeNo: 'node-create' }));
  await step('query after closing', () => call('alipay.trade.query', { outTradeNo: 'node-create' }));
}

async function bills(step, { box, call }) {
  const day = new Date((await box.call('GET', '/sandbox/clock')).now);
  const billDate = new Date(day.getTime() + 8 * 3600e3).toISOString().slice(0, 10);
  await step('bill URL of today', () => call('alipay.data.dataservice.bill.downloadurl.query', { billType: 'trade', billDate }));
  await step('bill URL of yesterday', async () => {
    await box.advance('34h');
    const reply = await call('alipay.data.dataservice.bill.downloadurl.query', { billType: 'trade', billDate });
    const file = Buffer.from(await (await fetch(reply.billDownloadUrl)).arrayBuffer());
    return { code: reply.code, begins: file.subarray(0, 2).toString() };
  });
}

async function authorizations(step, { box, sdk, config, call }) {
  await step('user token', async () => {
    const { auth_code: code } = await box.call('POST', `/sandbox/alipay/buyers/${await box.buyer()}/oauth_code`, { app_id: config.appId });
    return sdk.exec('alipay.system.oauth.token', { grantType: 'authorization_code', code }, verified);
  });
  await step('user token for a bad code', () => sdk.exec('alipay.system.oauth.token', { grantType: 'authorization_code', code: 'nobody' }));
  await step('app auth token nobody gave', () => call('alipay.trade.query', { outTradeNo: 'x' }, { appAuthToken: 'nobody' }));
}

async function otherWays(step, { sdk, config, given }) {
  await step('query at the real host by a proxy', () => {
    const { gateway, endpoint, ...rest } = config;
    const proxyAgent = new ProxyAgent({ uri: given.sandbox, requestTls: { ca: given.ca } });
    return new AlipaySdk({ ...rest, proxyAgent }).exec('alipay.trade.query', { bizContent: { outTradeNo: 'node-page-get' } }, verified);
  });
  await step('encrypted', () => sdk.exec('alipay.trade.query', { bizContent: { outTradeNo: 'node-page-get' }, needEncrypt: true }));
}

async function refusals(step, { config, given, call }) {
  await step('a method that does not exist', () => call('alipay.trade.nothing', { a: 1 }));
  await step('an app that does not exist', () => new AlipaySdk({ ...config, appId: '2021000000000000' })
    .exec('alipay.trade.query', { bizContent: { outTradeNo: 'x' } }));
  await step('a foreign private key', () => new AlipaySdk({ ...config, privateKey: given.foreignKey })
    .exec('alipay.trade.query', { bizContent: { outTradeNo: 'x' } }, verified));
  await step('a foreign platform key', () => new AlipaySdk({
    ...config, appCertContent: undefined, alipayPublicKey: given.foreignPublic,
  }).exec('alipay.trade.query', { bizContent: { outTradeNo: 'x' } }, verified));
}

async function certificates(step, { sdk, config }) {
  if (!config.appCertContent) return;
  await step('download of the platform certificate', async () => {
    const reply = await sdk.exec('alipay.open.app.alipaycert.download', { bizContent: { alipayCertSn: sdk.config.alipayCertSn } });
    const same = Buffer.from(reply.alipayCertContent, 'base64').toString().trim() === config.alipayPublicCertContent.trim();
    return { code: reply.code, same };
  });
}

tell(async (step, given) => {
  const merchant = new Merchant(given, await listen());
  const cashier = await pages(step, merchant);
  await paidAtCashier(step, merchant, cashier);
  for (const act of [refunds, scans, atTheTill, bills, authorizations, otherWays, refusals, certificates]) await act(step, merchant);
});
