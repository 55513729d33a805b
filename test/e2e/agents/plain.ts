import { type Action, script } from '../../support/agents/script.ts';
import type { Situation } from '../../support/presets/situation.ts';

/** What every task ends with. */
export const FINISH: Action = {
  shell:
    'echo done >"$AGENTRELAY_TASK.txt" && git add -A && git commit -qm "write it" && agentrelay-complete --title Done --body "It is done."',
};
/** The same for a script of `framework: command`. */
export const FINISHED = 'commit "$AGENTRELAY_TASK.txt" done; agentrelay-complete --title Done --body "It is done."';

export const PLAIN: Situation = {
  id: 'plain',
  rows: ['a plain task'],
  plan: (preset) => ({
    script: preset === 'command' ? FINISHED : script([FINISH, { say: 'It is done.' }]),
    async drive(cell) {
      cell.tell('a plain task', await cell.merged());
    },
  }),
};
