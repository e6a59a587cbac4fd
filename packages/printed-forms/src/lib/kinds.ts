import type { Language, Report } from '@verimeter/api-schema';
import type { DeviceKind } from '@verimeter/telemetry';

export const KIND_WORDS: Readonly<Record<Language, Readonly<Record<DeviceKind, string>>>> = {
  vi: {
    electricity_meter: 'Công tơ điện',
    water_meter: 'Đồng hồ nước',
    heat_meter: 'Đồng hồ nhiệt',
    environment_sensor: 'Cảm biến môi trường',
    gateway: 'Bộ tập trung',
    instrument: 'Phương tiện đo',
  },
  en: {
    electricity_meter: 'Electricity meter',
    water_meter: 'Water meter',
    heat_meter: 'Heat meter',
    environment_sensor: 'Environmental sensor',
    gateway: 'Gateway',
    instrument: 'Measuring instrument',
  },
};

export const VERIFICATION_KIND_WORDS: Readonly<
  Record<Language, Readonly<Record<Report['by_verification_kind'][number]['kind'], string>>>
> = {
  vi: {
    initial: 'ban đầu',
    periodic: 'định kỳ',
    after_repair: 'sau sửa chữa',
    extraordinary: 'bất thường',
    cross_check: 'đối chứng',
    unknown: 'không rõ',
  },
  en: {
    initial: 'initial',
    periodic: 'periodic',
    after_repair: 'after repair',
    extraordinary: 'extraordinary',
    cross_check: 'cross-check',
    unknown: 'not told',
  },
};
