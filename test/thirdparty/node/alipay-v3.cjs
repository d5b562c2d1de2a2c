'use strict';

// The newer protocol with alipay-sdk's curl, which verifies each reply.

const { AlipaySdk } = require('alipay-sdk');
const { tell } = require('./lib/story.cjs');
const { Sandbox } = require('./lib/sandbox.cjs');

tell(async (step, given) => {
  const box = new Sandbox(given.sandbox);
  const sdk = new AlipaySdk(given.config);
  const post = async (path, body, more) => (await sdk.curl('POST', path, { body, ...more })).data;

  await step('precreate', () => post('/v3/alipay/trade/precreate', { out_trade_no: 'v3-1', total_amount: '5.00', subject: '三 / three' }));
  await step('query before the scan', () => post('/v3/alipay/trade/query', { out_trade_no: 'v3-1' }));
  await step('query after the scan', async () => {
    await box.pay('v3-1');
    return post('/v3/alipay/trade/query', { out_trade_no: 'v3-1' });
  });
  await step('refund', () => post('/v3/alipay/trade/refund', { out_trade_no: 'v3-1', refund_amount: '2.00', out_request_no: 'a' }));
  await step('refund query', () => post('/v3/alipay/trade/fastpay/refund/query', { out_trade_no: 'v3-1', out_request_no: 'a' }));
  await step('pay by payment code', async () => {
    const { auth_code } = await box.call('POST', `/sandbox/alipay/buyers/${await box.buyer()}/code`);
    return post('/v3/alipay/trade/pay', { out_trade_no: 'v3-2', auth_code, scene: 'bar_code', total_amount: '1.00', subject: '条码' });
  });
  await step('cancel', () => post('/v3/alipay/trade/cancel', { out_trade_no: 'v3-2' }));
  await step('create', async () => post('/v3/alipay/trade/create', {
    out_trade_no: 'v3-3', total_amount: '3.00', subject: '小程序', buyer_id: await box.buyer(), product_code: 'JSAPI_PAY', op_app_id: given.config.appId,
  }));
  await step('close', () => post('/v3/alipay/trade/close', { out_trade_no: 'v3-3' }));
  await step('encrypted', () => post('/v3/alipay/trade/query', { out_trade_no: 'v3-1' }, { needEncrypt: true }));

  const day = new Date((await box.call('GET', '/sandbox/clock')).now);
  const query = { bill_type: 'trade', bill_date: new Date(day.getTime() + 8 * 3600e3).toISOString().slice(0, 10) };
  await step('a foreign private key', () => new AlipaySdk({ ...given.config, privateKey: given.foreignKey })
    .curl('POST', '/v3/alipay/trade/query', { body: { out_trade_no: 'v3-1' } }));
  await step('a path that does not exist', () => post('/v3/alipay/trade/nothing', { a: 1 }));
  await step('bill URL by GET', async () => {
    await box.advance('34h');
    return (await sdk.curl('GET', '/v3/alipay/data/dataservice/bill/downloadurl/query', { query })).data;
  });
});
