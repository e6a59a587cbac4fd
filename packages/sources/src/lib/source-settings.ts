import { type StoredSourceSettings, storedSourceSettings } from '@verimeter/api-schema';
import { type SourceSettings, sourceSettings } from '@verimeter/payload-codecs';
import type { SourceRow } from '@verimeter/registry';

/** Settings for the decoder; a text: why they cannot be used. They were checked when they were written, perhaps by another version. */
export function settingsOf({
  tenant,
  name,
  filter,
  settings,
  tenant_zone,
}: Pick<SourceRow, 'tenant' | 'name' | 'filter' | 'settings' | 'tenant_zone'>):
  | SourceSettings
  | string {
  const read = storedSourceSettings.safeParse(settings);
  if (!read.success) {
    const [issue] = read.error.issues;
    return `settings.${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'unreadable'}`;
  }
  return decoderSettings({ tenant, name, filter, tenant_zone }, read.data);
}

/** Settings for the decoder from those that are stored. */
export function decoderSettings(
  {
    tenant,
    name,
    filter,
    tenant_zone,
  }: Pick<SourceRow, 'tenant' | 'name' | 'filter' | 'tenant_zone'>,
  stored: StoredSourceSettings,
): SourceSettings {
  const { zone, device_class, phases, pulse, units, names, devices, device_id, options } = stored;
  return sourceSettings({
    tenant,
    name,
    filter,
    zone: zone ?? tenant_zone,
    ...(device_class === undefined ? {} : { deviceClass: device_class }),
    ...(phases === undefined ? {} : { phases }),
    ...(pulse === undefined ? {} : { pulse }),
    ...(units === undefined ? {} : { units }),
    ...(names === undefined ? {} : { names }),
    ...(devices === undefined ? {} : { devices }),
    ...(device_id === undefined ? {} : { deviceId: device_id }),
    ...(options === undefined ? {} : { options }),
  });
}
