'use strict';

// A story is a list of named steps. Each prints one line of JSON,
// {"step", "value"} or {"step", "error"}, which the Go test reads; a step that
// fails does not stop the ones after it. What the story needs to know comes as
// JSON on standard input.

const fs = require('node:fs');

function plainError(err) {
  return {
    name: err.name,
    message: String(err.message).slice(0, 2000),
    code: err.code === undefined ? undefined : String(err.code),
    status: err.responseHttpStatus,
    where: String(err.stack).split('\n').slice(1, 4).map((line) => line.trim()),
  };
}

function print(line) {
  fs.writeSync(1, JSON.stringify(line) + '\n');
}

async function tell(story) {
  const given = JSON.parse(fs.readFileSync(0, 'utf8'));
  const step = async (name, act) => {
    try {
      const value = await act();
      print({ step: name, value: value === undefined ? null : value });
      return value;
    } catch (err) {
      print({ step: name, error: plainError(err) });
      return undefined;
    }
  };
  try {
    await story(step, given);
  } catch (err) {
    print({ step: 'the story itself', error: plainError(err) });
  }
  // Agents of the clients under test keep their connections open.
  process.exit(0);
}

module.exports = { tell };
