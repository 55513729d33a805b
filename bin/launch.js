'use strict';

// Node parses a whole file before it runs a line of it, so this file and those that require it keep to the syntax of
// old versions: the person with the wrong Node must read what to install, not a SyntaxError.

var MINIMUM = '22.22';

function isTooOld(version) {
  var has = version.split('.');
  var needs = MINIMUM.split('.');
  if (Number(has[0]) !== Number(needs[0])) return Number(has[0]) < Number(needs[0]);
  return Number(has[1]) < Number(needs[1]);
}

// A reader that closes its end (`| head`) is no error of ours: end as SIGPIPE would, unless somebody minds it.
// A terminal that is gone sends SIGHUP besides, and it is for that to say what becomes of us.
function onOutputError(error) {
  if (error.code === 'EIO') return;
  if (error.code !== 'EPIPE') throw error;
  if (!process.emit('outputClosed')) process.exit(141);
}

function crash(error) {
  console.error(error);
  process.exitCode = 3;
}

/** Runs `main(argv)` of dist/<entry>.js; the number it resolves to is the exit code. */
module.exports = function launch(entry, argv) {
  var found = process.versions.node;
  if (isTooOld(found)) {
    console.error(
      [
        'agentrelay needs Node ' + MINIMUM + ' or newer; this is Node ' + found + ', ' + process.execPath,
        'Install Node 24: https://nodejs.org/en/download (with nvm: nvm install 24)',
      ].join('\n')
    );
    process.exitCode = 2;
    return;
  }
  // Even `require` of a module with a modern syntax is safe from here on: it is parsed when it is reached.
  require('module').enableCompileCache();
  process.stdout.on('error', onOutputError);
  process.stderr.on('error', onOutputError);
  try {
    require('../dist/' + entry + '.js')
      .main(argv)
      .then(function (code) {
        process.exitCode = code;
      }, crash);
  } catch (error) {
    crash(error);
  }
};
