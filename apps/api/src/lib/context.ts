import type { Logger } from '@verimeter/service-runtime';
import type { TenantReadings } from '@verimeter/reading-store';
import type { Pool, PoolClient } from '@verimeter/registry';
import type { Registry } from 'prom-client';
import type { Authenticator } from './authentication.ts';
import type { FleetIndexes } from './fleet-index/fleet-indexes.ts';
import type { LiveHub } from './live-hub.ts';
import type { RateLimiter } from './rate-limiter.ts';

/** What the routes work with. */
export interface ApiContext {
  /** Acts as verimeter_app: answers every request, inside the tenant's transaction. */
  readonly appPool: Pool;
  /** Acts as verimeter_service: authentication and readiness only. */
  readonly servicePool: Pool;
  /** What the requests of a tenant read of its readings; rejects while the database that says which engine has them is away. */
  readonly tenantReadings: () => Promise<TenantReadings<PoolClient>>;
  readonly authenticator: Authenticator;
  readonly hub: LiveHub;
  /** The fleets of the tenants in memory. */
  readonly fleets: FleetIndexes;
  /** Per key or session. */
  readonly requests: RateLimiter;
  /** Per address: attempts without a valid key. */
  readonly strangers: RateLimiter;
  readonly metrics: Registry;
  readonly log: Logger;
  /** Microseconds since 1970. */
  readonly nowUs: () => number;
  /** So long an ingest worker has for the replay of one quarantined message. */
  readonly replayMs: number;
  /** Whether webhooks may lead to private addresses. */
  readonly allowPrivateWebhooks: boolean;
}
