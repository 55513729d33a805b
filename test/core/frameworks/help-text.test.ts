import { describe, expect, test } from 'vitest';
import { readHelp } from '../../../src/core/frameworks/help-text.ts';

const COMMANDER = `Usage: tool [options] [command] [prompt]

Options:
  --add-dir <directories...>            More directories, as with --old-dir
  --allowedTools, --allowed-tools <tools...>
      Comma or space-separated list of tool names (e.g. "Bash(git *)
      Edit")
  -c, --continue                        Continue the most recent conversation in
                                        the current directory
  --bare                                Minimal mode. Give context via:
                                        --system-prompt[-file], --settings.
  --resume [value]                      Resume, where
                                        resume
                                        is a word

Commands:
  mcp                                   Configure servers
  update|upgrade                        Check for updates
  agents [options]                      Manage background agents
`;

const CLAP = `Usage: tool [OPTIONS] [PROMPT]
       tool [OPTIONS] <COMMAND> [ARGS]

Commands:
  exec     Run non-interactively [aliases: e, x]
  resume   Resume a previous session; use --last to continue

Options:
  -c, --config <key=value>
          Override a value

          Examples: - \`-c model="o3"\` - \`--gone x\`
      --no-alt-screen
          Keep the screen
  -V, --version
          Print version
`;

const YARGS = `█▀▀█ █▀▀█
Commands:
  tool mcp              manage servers
  tool [project]        start the program                      [default]
  tool run [message..]  run with a message
  tool providers        manage them            [aliases: auth]

Options:
  -m, --model      model to use            [string]
      --no-replay  disable history        [boolean]
      --log-level  log level
                   [string] [choices: "DEBUG", "INFO"]
`;

const ARGPARSE = `usage: tool [-h] [--model MODEL] [--opus] [--stream | --no-stream]
            [--[no-]auto-commits] [FILE ...]

options:
  -h, --help            show this
  -f MESSAGE_FILE, --message-file MESSAGE_FILE
                        Specify a file
  --yes-always=VALUE    Always say yes
`;

const FRAMED = `
╭─ Options ──────────────────────────╮
│ --force        -f  Force it        │
│ \`--trust\`          Trust it        │
╰────────────────────────────────────╯
* \`-q\`: be quiet
`;

describe('flags', () => {
  test.each<[string, string, string[], string[]]>([
    [
      'in columns, wrapped',
      COMMANDER,
      ['--add-dir', '--allowedTools', '--allowed-tools', '-c', '--continue', '--system-prompt', '--system-prompt-file'],
      ['--old-dir', '-file', '--add', '-dir', 'git'],
    ],
    ['with what they mean below', CLAP, ['-c', '--config', '--no-alt-screen', '-V'], ['--last', '--gone', '-v']],
    ['without values', YARGS, ['-m', '--model', '--no-replay', '--log-level'], ['--replay', '--DEBUG']],
    [
      'in a usage line',
      ARGPARSE,
      ['-h', '--opus', '--no-stream', '--auto-commits', '--no-auto-commits', '-f', '--message-file', '--yes-always'],
      ['--FILE', '--yes'],
    ],
    ['in frames and lists', FRAMED, ['--force', '--trust', '-q'], ['--']],
    ['nowhere', 'error: nothing -- known\n', [], ['--', '-']],
  ])('%s', (_name, text, known, unknown) => {
    const { flags } = readHelp('tool', [text.replaceAll('\n', '\r\n')]);
    expect(known.filter((flag) => !flags.has(flag))).toEqual([]);
    expect(unknown.filter((flag) => flags.has(flag))).toEqual([]);
  });

  test('of several texts together', () => {
    expect([...readHelp('tool', ['  --one\n', '', '  --two=<x>\n']).flags]).toEqual(['--one', '--two']);
  });
});

test.each<[string, string, string[], string[]]>([
  ['of commander', COMMANDER, ['mcp', 'update', 'upgrade', 'agents'], ['resume', 'options', 'Continue', 'Edit']],
  ['of clap', CLAP, ['exec', 'e', 'x', 'resume'], ['Override', 'tool-x', 'run']],
  ['of yargs', YARGS, ['mcp', 'run', 'providers', 'auth'], ['project', 'manage']],
  ['of argparse', 'usage: tool [-h] {run,resume} ...\n', ['run', 'resume'], ['-h', 'tool,']],
  ['in its own usage line', 'Usage: tool resume [OPTIONS] [ID]\n\nResumes\n', ['resume'], ['exec']],
])('sub-commands %s', (_name, text, known, unknown) => {
  const { hasCommand } = readHelp('tool', [text]);
  expect(known.filter((name) => !hasCommand(name))).toEqual([]);
  expect(unknown.filter((name) => hasCommand(name))).toEqual([]);
});
