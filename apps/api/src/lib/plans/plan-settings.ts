import { type PlanRequest, type PlanSettingsInput, planSettings } from '@verimeter/api-schema';
import { DEFAULT_SETTINGS, type PlanSettings } from '@verimeter/planning';

/** The tenant's settings as stored; what no version of the schema takes any more counts as none. */
export function storedSettings(stored: unknown): PlanSettingsInput {
  const parsed = planSettings.safeParse(stored ?? {});
  return parsed.success ? parsed.data : {};
}

/** The first that is given: of the request, of the tenant, as usual. */
export function settingsOf(
  request: PlanRequest,
  tenant: PlanSettingsInput,
  when: { readonly period: string; readonly asOf: string },
): PlanSettings {
  const { settings } = request;
  const points = { ...tenant.points, ...settings.points };
  const travel = { ...tenant.travel, ...settings.travel };
  const usual = DEFAULT_SETTINGS;
  return {
    ...when,
    policy: request.policy,
    randomShare: request.random_share,
    seed: request.seed,
    workMinutes: settings.work_minutes ?? tenant.work_minutes ?? usual.workMinutes,
    dayMinutes: settings.day_minutes ?? tenant.day_minutes ?? usual.dayMinutes,
    points: {
      risk: points.risk ?? usual.points.risk,
      legal: points.legal ?? usual.points.legal,
      confirmation: points.confirmation ?? usual.points.confirmation,
      minute: points.minute ?? usual.points.minute,
      cubicMetre: points.cubic_metre ?? usual.points.cubicMetre,
    },
    travel: {
      speedKmh: travel.speed_kmh ?? usual.travel.speedKmh,
      detour: travel.detour ?? usual.travel.detour,
      stopMinutes: travel.stop_minutes ?? usual.travel.stopMinutes,
      sameStreetMinutes: travel.same_street_minutes ?? usual.travel.sameStreetMinutes,
      sameGroupMinutes: travel.same_group_minutes ?? usual.travel.sameGroupMinutes,
      farMinutes: travel.far_minutes ?? usual.travel.farMinutes,
    },
    tariffs: { ...tenant.tariffs, ...settings.tariffs },
  };
}

/** All of them, as they are kept with the plan. */
export const settingsInput = (settings: PlanSettings): PlanSettingsInput => ({
  work_minutes: settings.workMinutes,
  day_minutes: settings.dayMinutes,
  tariffs: { ...settings.tariffs },
  points: {
    risk: settings.points.risk,
    legal: settings.points.legal,
    confirmation: settings.points.confirmation,
    minute: settings.points.minute,
    cubic_metre: settings.points.cubicMetre,
  },
  travel: {
    speed_kmh: settings.travel.speedKmh,
    detour: settings.travel.detour,
    stop_minutes: settings.travel.stopMinutes,
    same_street_minutes: settings.travel.sameStreetMinutes,
    same_group_minutes: settings.travel.sameGroupMinutes,
    far_minutes: settings.travel.farMinutes,
  },
});
