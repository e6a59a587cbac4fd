import type { DeviceDetail, HealthDetail } from '@verimeter/api-schema';
import { Mark } from '../components/badge.tsx';
import { useText } from '../i18n/i18n.tsx';
import type { Formatter } from '../lib/format.ts';
import { areaHref, href } from '../lib/routing.ts';

interface DeviceFactsProps {
  readonly device: DeviceDetail;
  readonly health: HealthDetail | undefined;
}

function Connection({ device }: { readonly device: DeviceDetail }) {
  const { t, format } = useText();
  if (device.online === null) return t.common.none;
  return (
    <>
      <span className="indication">
        <Mark tone={device.online ? 'calm' : 'warn'} />
        {device.online ? t.device.online : t.device.offline}
      </span>
      {device.online_at !== null && (
        <span className="sub">{format.dateTime(device.online_at)}</span>
      )}
    </>
  );
}

/** Currents of an electricity meter are amperes, the flow of a water meter (Q3) is cubic metres per hour; other text stays as it is. */
function nominalText({ kind, nominal }: DeviceDetail, format: Formatter): string | null {
  if (nominal === null) return null;
  if (kind === 'water_meter' && /^[\d.]+$/.test(nominal))
    return `Q3 ${format.number(Number(nominal))}\u00A0m³/h`;
  if (kind === 'electricity_meter' && /^[\d.]+(\([\d.]+\))?$/.test(nominal))
    return `${nominal}\u00A0A`;
  return nominal;
}

/** The nameplate. */
export function DeviceFacts({ device, health }: DeviceFactsProps) {
  const { t, format } = useText();
  const date = (iso: string | null): string | undefined =>
    iso === null ? undefined : format.date(iso);
  const facts: readonly (readonly [string, string | number | null | undefined])[] = [
    [t.device.serial, device.serial],
    [t.device.manufacturer, device.manufacturer],
    [t.device.model, device.model],
    [t.device.typeApproval, device.type_approval],
    [t.device.accuracyClass, device.accuracy_class],
    [t.device.nominal, nominalText(device, format)],
    [t.device.ratio, device.ratio],
    [t.device.phases, device.phases],
    [t.device.built, device.built_year],
    [t.device.installed, date(device.installed_on)],
    [t.device.address, device.address],
  ];
  return (
    <section className="card">
      <h2>{t.device.facts}</h2>
      <dl className="facts">
        {health?.group_id != null && (
          <div>
            <dt>{t.device.area}</dt>
            <dd>
              <a href={areaHref(health.group_id)}>{health.group_id}</a>
            </dd>
          </div>
        )}
        <div>
          <dt>{t.device.connection}</dt>
          <dd>
            <Connection device={device} />
          </dd>
        </div>
        {facts
          .filter(([, value]) => value !== null && value !== undefined && value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <p>
        <a href={href('/requests', { new: 'yes', device: device.device_id })}>
          {t.requests.forDevice}
        </a>
      </p>
    </section>
  );
}
