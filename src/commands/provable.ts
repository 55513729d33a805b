/** What `--env` can name: where agents live, and what keeps them apart. */
export const PROVABLE = ['tmux', 'process', 'slurm', 'ssh', 'bwrap', 'oci'] as const;

export type Provable = (typeof PROVABLE)[number];
