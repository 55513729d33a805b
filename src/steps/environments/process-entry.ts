import type { AgentMonitor } from '../agents/monitor.ts';
import { inTurns } from '../tools/in-turns.ts';
import type { EnvironmentEntry } from './entry.ts';
import { ProcessTaskKickoff } from './process/process-kickoff.ts';
import { ProcessTaskLauncher } from './process/process-launcher.ts';
import type { EnvironmentOptions } from './tmux-entry.ts';

/** Each agent a process without a terminal, on this machine. */
export function createProcessEntry(options: EnvironmentOptions): EnvironmentEntry {
  const kickoff = new ProcessTaskKickoff();
  const inTurn = { reading: inTurns(1), writing: inTurns(1) };
  const followed = new Set<AgentMonitor>();
  const onFollow = (monitor: AgentMonitor) => void followed.add(monitor);
  const onClose = (monitor: AgentMonitor) => void followed.delete(monitor);
  return {
    type: 'process',
    launcher(framework) {
      const follow = options.follow(framework);
      return new ProcessTaskLauncher({ ...options, framework, follow, inTurn, onFollow, onClose });
    },
    kickoff: () => kickoff,
    async close() {
      for (const monitor of [...followed]) monitor.close();
    },
  };
}
