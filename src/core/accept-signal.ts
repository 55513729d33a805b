import { NO_PR } from './names.ts';
import type { TaskCompletionSignal } from './steps.ts';
import type { TaskRuntime } from './task-runtime.ts';

/** Takes what the agent said; the pull request (or `NO_PR`) to go on with, null when the task has ended. */
export function acceptSignal(runtime: TaskRuntime, signal: TaskCompletionSignal): string | null {
  for (const message of signal.concerns) runtime.concern({ source: 'agent', message });
  for (const message of signal.opsConcerns) runtime.concern({ source: 'ops', message });
  runtime.state.commit = signal.commit;
  // What an earlier owner has accepted and recorded is accepted once more, and not told again.
  if (!runtime.hasAccepted(signal.commit)) {
    const { outcome, commit, commitsAhead } = signal;
    runtime.report({ kind: 'task_signalled', outcome, commit, commits_ahead: commitsAhead });
  }
  const refuse = (code: string, error: string): null => {
    runtime.fail({ code, error, failureClass: null });
    return null;
  };
  if (signal.outcome === 'failed') {
    return signal.error
      ? refuse('agent_failed', signal.error)
      : refuse('failed_without_message', 'the agent signalled a failure and gave no reason');
  }
  if (!signal.prUrl) return refuse('no_pr_url', 'the agent signalled done without a pull request');
  if (signal.prUrl === NO_PR && runtime.artifacts.prUrl !== null) {
    return refuse('no_pr_after_pr', `done without a pull request, but ${runtime.artifacts.prUrl} is open`);
  }
  if (signal.prUrl === NO_PR && (signal.commitsAhead ?? 0) > 0) {
    return refuse(
      'no_pr_with_commits',
      `done without a pull request, but the branch has ${signal.commitsAhead === 1 ? '1 commit' : `${signal.commitsAhead} commits`}`,
    );
  }
  if (signal.prUrl !== NO_PR && signal.commitsAhead === 0) {
    return refuse('no_commits', 'done with a pull request, but the branch has no commits');
  }
  return signal.prUrl;
}
