import { quoteForShell } from '../../tools/tmux-parse.ts';
import type { Machine } from './machine.ts';

/** Said by the master once it is let in. */
export const CONNECTED = 'agentrelay-connected';

/** So that nothing of a person's configuration asks, forwards, or runs anything beside it. */
const QUIET = [
  'BatchMode=yes',
  'ClearAllForwardings=yes',
  'PermitLocalCommand=no',
  'RemoteCommand=none',
  'RequestTTY=no',
  'ControlPersist=no',
];

/** A black hole is noticed after 15 s; what the graph file says goes before it. */
const PATIENCE = ['ServerAliveInterval=5', 'ServerAliveCountMax=2', 'ConnectTimeout=10'];

/**
 * The one connection: it lasts as long as its standard input, which is ours, so that nothing of it stays behind an owner
 * that was killed.
 */
export function masterArgv(machine: Machine, socket: string): string[] {
  const options = optionsOf([...QUIET, ...machine.options, ...PATIENCE]);
  return ['-M', '-S', socket, ...options, ...whereTo(machine), `echo ${CONNECTED}; exec cat >/dev/null`];
}

/** Something that runs through that connection; without it there is none: a second one is never made. */
export function sessionOptions(machine: Machine, socket: string): string[] {
  const through = optionsOf(['ControlMaster=no', 'ProxyCommand=false', ...QUIET, ...machine.options, ...PATIENCE]);
  return ['-S', socket, ...through, ...named(machine)];
}

/** The command is for whatever shell the person has there. */
export function sessionArgv(machine: Machine, socket: string, command: string): string[] {
  return [...sessionOptions(machine, socket), '-T', '--', machine.host, command];
}

/** For a person's terminal; the command there comes behind it. */
export function terminalArgv(machine: Machine): string[] {
  return ['-t', ...optionsOf(machine.options), ...named(machine), '--', machine.host];
}

/** A script of sh, in words that every login shell passes on as they are. */
export function inAnyShell(script: string): string {
  const data = Buffer.from(script).toString('base64');
  return `exec sh -c 'eval "$(echo ${data} | base64 -d)"'`;
}

/** The same with all that a shell reads for a person who logs in. */
export function inLoginShell(script: string): string {
  return `exec "\${SHELL:-/bin/sh}" -lc ${quoteForShell(inAnyShell(script))}`;
}

/** An argv as one command of sh. */
export function shellCommand(argv: readonly string[]): string {
  return argv.map(quoteForShell).join(' ');
}

function whereTo(machine: Machine): string[] {
  return [...named(machine), '-T', '--', machine.host];
}

function named({ user, port, identity, config }: Machine): string[] {
  return [
    ...(config === null ? [] : ['-F', config]),
    ...(user === null ? [] : ['-l', user]),
    ...(port === null ? [] : ['-p', String(port)]),
    ...(identity === null ? [] : ['-i', identity, '-o', 'IdentitiesOnly=yes']),
  ];
}

function optionsOf(options: readonly string[]): string[] {
  return options.flatMap((option) => ['-o', option]);
}
