import { expect, test } from 'vitest';
import type { Fact } from '../../../src/core/events.ts';
import { cells } from '../../../src/ui/text/width.ts';
import type { UiState } from '../../../src/ui/ui-state.ts';
import { drawHeader } from '../../../src/ui/view/header.ts';
import type { View } from '../../../src/ui/view/view.ts';
import { facts } from './happened.ts';
import { goOn, runOf, START, textOf, viewOf } from './views.ts';

const TASKS = ['spec', 'cart', 'page', 'docs'].map((id) => ({ id }));
const [spec, cart, page] = [facts('spec'), facts('cart'), facts('page')];
const BEFORE = [...spec.working, spec.completed, ...cart.working, cart.idle, ...page.working];

function header(width: number, happened: readonly Fact[] = [], ui: Partial<UiState> = {}, view: Partial<View> = {}) {
  const run = goOn(runOf({ name: 'checkout-api', tasks: TASKS }, BEFORE), happened);
  return textOf(drawHeader(viewOf(run, { now: START + 761_000, ...ui }, view), width));
}

test.each([
  [100, ' agentrelay · checkout-api · run 1  ▶ 12:41                           slots 2/4    ● 1  ! 1  ✔ 1  ○ 1 '],
  [80, ' agentrelay · checkout-api · run 1  ▶ 12:41       slots 2/4    ● 1  ! 1  ✔ 1  ○ 1 '.slice(0, 80)],
  [64, ' agentrelay · checkout-api · run 1  ▶ 12:41      ● 1  ! 1  ✔ 1  ○ 1 '.slice(0, 64)],
  [54, ' agentrelay · checkout-api  ▶ 12:41    ● 1  ! 1  ✔ 1  ○ 1 '.slice(0, 54)],
  [40, ' agentrelay · check…  ● 1  ! 1  ✔ 1  ○ 1 '.slice(0, 40)],
  [30, ' agentrelay…  ● 1  ! 1  ✔ 1  ○ 1 '.slice(0, 30)],
  [20, ' agentrelay · check…'],
])('what matters least gives way first: %i', (width, text) => {
  expect(header(width)).toBe(text);
});
