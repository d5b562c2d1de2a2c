'use strict';

// The sandbox's own calls, and what a payer's browser does.

const http = require('node:http');

class Sandbox {
  constructor(url) {
    this.url = url;
  }

  async call(method, path, body) {
    const res = await fetch(this.url + path, {
      method,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await res.text();
    if (!res.ok) throw new Error(`${method} ${path}: ${res.status} ${text}`);
    return JSON.parse(text);
  }

  pay(outTradeNo) {
    return this.call('POST', `/sandbox/alipay/trades/${outTradeNo}/pay`);
  }

  advance(by) {
    return this.call('POST', '/sandbox/clock', { advance: by });
  }

  async buyer() {
    return (await this.call('GET', '/sandbox/alipay/buyers')).buyers[0].buyer_id;
  }

  async follower(nickname) {
    return (await this.call('POST', '/sandbox/wechat/followers', { nickname })).openid;
  }
}

const unescaped = (text) => text.replaceAll('&quot;', '"').replaceAll('&#34;', '"').replaceAll('&lt;', '<')
  .replaceAll('&gt;', '>').replaceAll('&#39;', "'").replaceAll('&amp;', '&');

// readForm finds the one form of a page.
function readForm(html, base) {
  const action = /<form[^>]*\baction="([^"]*)"/.exec(html);
  if (!action) throw new Error('there is no form in ' + html.slice(0, 400));
  const fields = new URLSearchParams();
  for (const [input] of html.matchAll(/<input\b(?:[^>"]|"[^"]*")*>/g)) {
    const name = /\bname="([^"]*)"/.exec(input);
    const value = /\bvalue="([^"]*)"/.exec(input);
    if (!name || (/type="radio"/.test(input) && !/\bchecked\b/.test(input))) continue;
    fields.append(unescaped(name[1]), value ? unescaped(value[1]) : '');
  }
  // An SDK's own page writes the address of its form unescaped.
  const at = base ? unescaped(action[1]) : action[1];
  return { action: base ? new URL(at, base).toString() : at, fields };
}

async function submit(form) {
  return fetch(form.action, { method: 'POST', body: form.fields, redirect: 'manual' });
}

const patience = 10000;

// listen is a shop's server. It answers each request with what answer says of
// it, and each POST waits to be taken by next.
async function listen(answer = () => 'success') {
  const came = [];
  const waiting = [];
  const server = http.createServer((req, res) => {
    const parts = [];
    req.on('data', (part) => parts.push(part));
    req.on('end', () => {
      const body = Buffer.concat(parts).toString();
      res.end(answer(req, body));
      if (req.method !== 'POST') return;
      const post = { url: req.url, type: req.headers['content-type'], body };
      const taker = waiting.shift();
      if (taker) taker(post);
      else came.push(post);
    });
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const next = () => new Promise((done, fail) => {
    if (came.length > 0) {
      done(came.shift());
      return;
    }
    const late = setTimeout(() => fail(new Error('nothing was posted in ten seconds')), patience);
    waiting.push((post) => {
      clearTimeout(late);
      done(post);
    });
  });
  return { url: `http://127.0.0.1:${server.address().port}`, next };
}

const fieldsOf = (text) => Object.fromEntries(new URLSearchParams(text));

module.exports = { Sandbox, readForm, submit, listen, fieldsOf };
