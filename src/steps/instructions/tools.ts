import { basename } from 'node:path';

/** A line or two for programs that agents often use against their grain; a name that is not here adds nothing. */
const GUIDANCE: Readonly<Record<string, string>> = {
  pytest: 'Run `pytest -q` for all, `pytest -q path/test_x.py::test_name` for one; `-x` stops at the first failure.',
  uv: 'Run programs with `uv run …`, add packages with `uv add …`, and commit `uv.lock`. Do not use `pip` beside it.',
  poetry: 'Run programs with `poetry run …`, add packages with `poetry add …`, and commit `poetry.lock`.',
  npm: 'Install with `npm ci`; add packages with `npm install NAME` and commit `package-lock.json`.',
  pnpm: 'Install with `pnpm install --frozen-lockfile`; add packages with `pnpm add NAME` and commit `pnpm-lock.yaml`.',
  yarn: 'Install with `yarn install --immutable`; add packages with `yarn add NAME` and commit `yarn.lock`.',
  bun: 'Install with `bun install --frozen-lockfile`; run tests with `bun test`; commit the lock file.',
  cargo:
    'Use `cargo check` while you work, then `cargo test` and `cargo clippy`. Commit `Cargo.lock` if it is tracked.',
  go: 'Run `go build ./...`, `go vet ./...`, `go test ./...`; format with `gofmt`; `go mod tidy` after new imports.',
  ruff: 'Run `ruff check --fix` and `ruff format` on the files that you changed; mend what is left by hand.',
  mypy: 'Run `mypy` as the project configures it; mend the types instead of adding `# type: ignore`.',
  pyright: 'Run `pyright`; mend the types instead of silencing the checker.',
  biome: 'Run `biome check --write` on the files that you changed; mend what is left by hand.',
  eslint: 'Run `eslint --fix` on the files that you changed; mend what is left instead of disabling rules.',
  prettier: 'Run `prettier --write` on the files that you changed, and on no others.',
  tsc: 'Run `tsc --noEmit` (or the project’s own type check) and mend every error, not by `any` or `@ts-ignore`.',
  vitest: 'Run `vitest run` (without `run` it watches and never ends); `vitest run path -t "name"` runs one test.',
  jest: 'Run `jest` without `--watch`; `jest path -t "name"` runs one test.',
  make: 'Look at the targets in the Makefile first, and use them rather than the commands behind them.',
};

/** `[name, guidance]` of each known program, in the order given. */
export function toolGuidance(tools: readonly string[]): readonly (readonly [string, string])[] {
  return tools.flatMap((tool) => {
    const name = basename(tool);
    return Object.hasOwn(GUIDANCE, name) ? [[name, GUIDANCE[name] ?? ''] as const] : [];
  });
}
