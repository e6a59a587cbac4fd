import { type Queryable, ensureChannels } from '@verimeter/registry';

interface KnownChannel {
  readonly channelId: number;
  readonly unit: string;
}

export interface KnownDevice {
  readonly tenant: string;
  readonly deviceId: string;
  /** By quantity. */
  readonly channels: Map<string, KnownChannel>;
}

/** Devices and tenants of a batch, as they were when it was looked at. */
export interface KnownDevices {
  find(tenant: string, deviceId: string): KnownDevice | undefined;
  hasTenant(tenant: string): boolean;
}

export interface NewChannel {
  readonly device: KnownDevice;
  readonly quantity: string;
  /** Stated by the reading, else of the catalogue. */
  readonly unit: string;
}

/** By tenant and device id: a key of both would be a new string for every message. */
type ByDevice<T> = Map<string, Map<string, T>>;

const find = <T>(all: ByDevice<T>, tenant: string, deviceId: string): T | undefined =>
  all.get(tenant)?.get(deviceId);

function put<T>(all: ByDevice<T>, tenant: string, deviceId: string, value: T): void {
  const ofTenant = all.get(tenant);
  if (ofTenant === undefined) all.set(tenant, new Map([[deviceId, value]]));
  else ofTenant.set(deviceId, value);
}

/** Device and tenant of messages; undefined where the topic names none. */
type Wanted = readonly {
  readonly tenant: string | undefined;
  readonly deviceId: string | undefined;
}[];

const knownDevices = (
  devices: ByDevice<KnownDevice>,
  tenants: ReadonlySet<string>,
): KnownDevices => ({
  find: (tenant, deviceId) => find(devices, tenant, deviceId),
  hasTenant: (tenant) => tenants.has(tenant),
});

const FIND_DEVICES = `
  SELECT d.tenant, d.device_id, c.quantity, c.channel_id, c.unit
    FROM unnest($1::text[], $2::text[]) AS k (tenant, device_id)
    JOIN devices d USING (tenant, device_id)
    LEFT JOIN channels c USING (tenant, device_id)`;

interface ChannelRow {
  tenant: string;
  device_id: string;
  quantity: string | null;
  channel_id: number | null;
  unit: string | null;
}

/** More devices than this are not remembered: the directory starts afresh. A city has some ten thousand. */
const MAX_DEVICES = 1_000_000;

/**
 * Devices, channels and tenants in memory. Only what exists is remembered: that a device does not exist is asked of the
 * registry for each batch anew (one query), because a device registered a moment ago must not be turned away.
 */
export class DeviceDirectory {
  readonly #devices: ByDevice<KnownDevice> = new Map();
  /** Devices in memory. */
  #size = 0;
  readonly #tenants = new Set<string>();
  #generation = 0;

  /** Another number means that something was forgotten in between. */
  get generation(): number {
    return this.#generation;
  }

  /** Something changed; without a device id anything of the tenant, without a tenant anything at all. */
  forget(tenant?: string | null, deviceId?: string | null): void {
    this.#generation += 1;
    if (tenant == null) {
      this.#devices.clear();
      this.#tenants.clear();
      this.#size = 0;
      return;
    }
    this.#tenants.delete(tenant);
    const ofTenant = this.#devices.get(tenant);
    if (ofTenant === undefined) return;
    if (deviceId == null) {
      this.#size -= ofTenant.size;
      this.#devices.delete(tenant);
    } else if (ofTenant.delete(deviceId)) this.#size -= 1;
  }

  /** All of these where all are in memory. */
  recall(wanted: Wanted): KnownDevices | undefined {
    const { devices, tenants, missing } = this.#look(wanted);
    return missing.size > 0 ? undefined : knownDevices(devices, tenants);
  }

  /**
   * All of these as they are now, asked of the registry where they are not in memory; without a device the query still tells whether
   * the tenant exists. What is forgotten while a batch is on its way is forgotten for the next one: in this one a known device
   * must not turn into an unknown one.
   */
  async load(client: Queryable, wanted: Wanted): Promise<KnownDevices> {
    const { devices, tenants, missing } = this.#look(wanted);
    if (missing.size > 0) {
      const keys = [...missing.values()].flatMap((ofTenant) => [...ofTenant.values()]);
      if (this.#size + keys.length > MAX_DEVICES) this.forget();
      const found = await client.query<ChannelRow>(FIND_DEVICES, [
        keys.map(({ tenant }) => tenant),
        keys.map(({ deviceId }) => deviceId),
      ]);
      for (const row of found.rows) this.#remember(row);
      for (const { tenant, deviceId } of keys) {
        const device = find(this.#devices, tenant, deviceId);
        if (device === undefined) continue;
        put(devices, tenant, deviceId, device);
        tenants.add(tenant);
      }
      for (const tenant of await this.#loadTenants(client, keys, tenants)) tenants.add(tenant);
    }
    return knownDevices(devices, tenants);
  }

  #look(wanted: Wanted): {
    devices: ByDevice<KnownDevice>;
    tenants: Set<string>;
    missing: ByDevice<{ tenant: string; deviceId: string }>;
  } {
    const devices: ByDevice<KnownDevice> = new Map();
    const tenants = new Set<string>();
    const missing: ByDevice<{ tenant: string; deviceId: string }> = new Map();
    for (const { tenant, deviceId = '' } of wanted) {
      if (tenant === undefined || find(devices, tenant, deviceId) !== undefined) continue;
      const device = find(this.#devices, tenant, deviceId);
      if (device === undefined) put(missing, tenant, deviceId, { tenant, deviceId });
      else put(devices, tenant, deviceId, device);
      // A known device has a tenant, also where another device of it was forgotten and the tenant with it.
      if (device !== undefined || this.#tenants.has(tenant)) tenants.add(tenant);
    }
    return { devices, tenants, missing };
  }

  async #loadTenants(
    client: Queryable,
    keys: readonly { tenant: string }[],
    known: ReadonlySet<string>,
  ): Promise<readonly string[]> {
    const unknown = new Set(
      keys.map(({ tenant }) => tenant).filter((tenant) => !known.has(tenant)),
    );
    if (unknown.size === 0) return [];
    const found = await client.query<{ tenant: string }>(
      'SELECT tenant FROM tenants WHERE tenant = ANY ($1::text[])',
      [[...unknown]],
    );
    for (const { tenant } of found.rows) this.#tenants.add(tenant);
    return found.rows.map(({ tenant }) => tenant);
  }

  /** Creates channels that do not exist; where another worker was first, its unit counts. */
  async addChannels(client: Queryable, channels: readonly NewChannel[]): Promise<void> {
    if (channels.length === 0) return;
    const wanted = channels.map(({ device, quantity, unit }) => {
      const { tenant, deviceId } = device;
      return { tenant, deviceId, quantity, unit };
    });
    const found = await ensureChannels(client, wanted);
    for (const { tenant, deviceId, quantity, channelId, unit } of found) {
      this.#remember({
        tenant,
        device_id: deviceId,
        quantity,
        channel_id: channelId,
        unit,
      });
    }
    for (const { device, quantity } of channels) {
      // A device that was forgotten meanwhile lives on in the batch that holds it.
      const known = find(this.#devices, device.tenant, device.deviceId)?.channels.get(quantity);
      if (known !== undefined) device.channels.set(quantity, known);
    }
  }

  #remember(row: ChannelRow): void {
    let device = find(this.#devices, row.tenant, row.device_id);
    if (device === undefined) {
      device = { tenant: row.tenant, deviceId: row.device_id, channels: new Map() };
      put(this.#devices, row.tenant, row.device_id, device);
      this.#size += 1;
      this.#tenants.add(row.tenant);
    }
    if (row.quantity === null || row.channel_id === null || row.unit === null) return;
    device.channels.set(row.quantity, { channelId: row.channel_id, unit: row.unit });
  }
}
