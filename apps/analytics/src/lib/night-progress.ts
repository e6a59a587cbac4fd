import type { Logger } from '@verimeter/service-runtime';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { NightSummary } from './night/night.ts';

/** Tells how far a night is, and what became of its areas. */
export interface NightProgress {
  readonly onAreas: (tenant: string) => (done: number, of: number) => void;
  readonly done: (night: NightSummary) => void;
}

/** Shares of a night that are logged. */
const LOGGED_STEPS = 10;

export function nightProgress(metrics: Registry, log: Logger): NightProgress {
  const areas = new Counter({
    name: 'analytics_night_areas_total',
    help: 'Areas of nights by what became of them: went_on, already, silent, or why they were analysed in full',
    labelNames: ['outcome'],
    registers: [metrics],
  });
  const share = new Gauge({
    name: 'analytics_night_progress_ratio',
    help: 'Share of the areas of the night that is running, or was last, that are done',
    registers: [metrics],
  });
  return {
    onAreas(tenant) {
      let logged = 0;
      share.set(0);
      return (done, of) => {
        share.set(done / of);
        const step = Math.floor((LOGGED_STEPS * done) / of);
        if (step <= logged) return;
        logged = step;
        log.info({ tenant, done, of }, 'the night goes on');
      };
    },
    done({ outcomes }) {
      share.set(1);
      for (const [outcome, count] of Object.entries(outcomes)) areas.inc({ outcome }, count);
    },
  };
}
