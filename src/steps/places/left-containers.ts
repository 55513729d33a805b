import { type FoundContainer, findContainers, removeContainer } from '../isolation/oci/containers.ts';
import { type ContainerEngine, ENGINES, findEngine } from '../isolation/oci/engine.ts';
import type { LeftAgent, LeftAgentSearch } from './left-agents.ts';

/** Containers of these attempts, running or not; none where containers were never asked for. */
export async function leftContainers(search: LeftAgentSearch): Promise<LeftAgent[]> {
  const { graph, commonDir, used } = search;
  if (!used.usesContainers) return [];
  const found = await Promise.all(
    enginesOf(used.runtimes).map((engine) => findContainers(engine, { graph, repository: commonDir })),
  );
  return found.flat().flatMap((container) => leftContainer(container, search));
}

/** Those that are named, and the one that is taken where none is. */
function enginesOf(runtimes: ReadonlySet<string>): ContainerEngine[] {
  const named = ENGINES.filter((name) => runtimes.has(name)).map(findEngine);
  const engines = [...named, findEngine(null)].filter((engine) => engine !== null);
  return [...new Map(engines.map((engine) => [engine.name, engine])).values()];
}

function leftContainer(
  { engine, name, isRunning, labels }: FoundContainer,
  { attempts }: LeftAgentSearch,
): LeftAgent[] {
  const attempt = attempts.find(
    ({ run, task, number }) => labels.run === String(run) && labels.task === task && labels.attempt === String(number),
  );
  if (attempt === undefined) return [];
  const { run, task, number, tokenHash, tornDown } = attempt;
  return [
    {
      kind: 'container',
      ...{ name, run, task, attempt: number, tokenHash },
      alive: isRunning && !tornDown,
      stop: () => removeContainer(engine, name),
    },
  ];
}
