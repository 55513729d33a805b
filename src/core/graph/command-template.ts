import { nearest, type Problem, type ProblemPath, problem } from './problem.ts';

/** What is replaced in the argv of `framework: command`. */
const COMMAND_PLACEHOLDERS = ['prompt', 'instructions', 'model', 'task', 'attempt'] as const;

/** A name in braces; `${NAME}` is the shell's own and stays. */
export const PLACEHOLDER = /(?<![${])\{([A-Za-z_][A-Za-z0-9_]*)\}/g;

export function placeholderProblems(command: readonly unknown[], path: ProblemPath): Problem[] {
  const problems: Problem[] = [];
  command.forEach((argument, i) => {
    if (typeof argument !== 'string') return;
    for (const [, name = ''] of argument.matchAll(PLACEHOLDER)) {
      if ((COMMAND_PLACEHOLDERS as readonly string[]).includes(name)) continue;
      const near = nearest(name, COMMAND_PLACEHOLDERS);
      problems.push(
        problem([...path, i], `unknown placeholder '{${name}}'`, {
          allowed: COMMAND_PLACEHOLDERS.map((word) => `{${word}}`).join(' '),
          didYouMean: near === null ? null : `{${near}}`,
        }),
      );
    }
  });
  return problems;
}
