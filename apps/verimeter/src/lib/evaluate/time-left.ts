import { createProgress } from '../progress.ts';

/** Progress over jobs of different cost, with the time left. */
export interface Remaining {
  step(job: number, share: number, what: string): void;
  finish(): void;
}

export function remaining(label: string, costs: readonly number[]): Remaining {
  const total = costs.reduce((sum, cost) => sum + cost, 0);
  const shares = costs.map(() => 0);
  const begin = performance.now();
  const progress = createProgress(label);
  return {
    step(job, share, what) {
      shares[job] = share;
      const done = shares.reduce((sum, value, index) => sum + value * (costs[index] ?? 0), 0);
      const elapsed = (performance.now() - begin) / 1000;
      const left = done > 0 ? (elapsed * (total - done)) / done : undefined;
      const finished = shares.filter((value) => value >= 1).length;
      progress.update(
        done,
        total,
        `${what}, ${finished} of ${costs.length} done${left === undefined ? '' : `, ${duration(left)} left`}`,
      );
    },
    finish() {
      progress.finish(`${costs.length} done in ${duration((performance.now() - begin) / 1000)}`);
    },
  };
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 60
    ? `${minutes} min`
    : `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}
