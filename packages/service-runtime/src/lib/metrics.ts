import { Registry, collectDefaultMetrics } from 'prom-client';

/** A registry of its own for one service, with Node's process metrics and the label `service`. */
export function createMetrics(service: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ service });
  collectDefaultMetrics({ register: registry });
  return registry;
}
