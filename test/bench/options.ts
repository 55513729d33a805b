export interface BenchOptions {
  /** How often each measurement is made. */
  readonly rounds: number;
}
