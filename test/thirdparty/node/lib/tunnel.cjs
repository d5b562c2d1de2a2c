'use strict';

// An agent that takes HTTPS requests for the platforms' real hosts to the
// sandbox, which is an HTTPS proxy for them and certifies itself under their
// names. A client whose hosts are constants needs no more than this.

const http = require('node:http');
const https = require('node:https');
const tls = require('node:tls');

class Tunnel extends https.Agent {
  constructor(sandbox, ca) {
    super({ keepAlive: true });
    this.proxy = new URL(sandbox);
    this.authority = ca;
  }

  createConnection(options, done) {
    const connect = http.request({
      host: this.proxy.hostname, port: this.proxy.port, method: 'CONNECT', path: `${options.host}:${options.port || 443}`,
    });
    connect.once('connect', (res, socket) => {
      if (res.statusCode !== 200) {
        done(new Error(`the sandbox opens no tunnel to ${options.host}: ${res.statusCode}`));
        return;
      }
      done(null, tls.connect({ socket, servername: options.host, ca: this.authority }));
    });
    connect.once('error', done);
    connect.end();
  }
}

module.exports = { Tunnel };
