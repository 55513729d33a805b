export type { Graph } from './core/graph/graph.ts';
