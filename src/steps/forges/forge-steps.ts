import type { TaskMerger } from '../../core/steps.ts';
import type { WorkstreamSteps } from '../../core/workstream.ts';
import type { ForgeBranches } from './forge-branches.ts';

/** The steps that depend on where branches are merged. */
export interface ForgeSteps {
  readonly branches: ForgeBranches;
  readonly merger: TaskMerger;
  readonly workstreams: WorkstreamSteps;
  /** Ends what still waits. */
  close(): void;
}
