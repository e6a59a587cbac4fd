import { createRequire } from 'node:module';

/** Be Vietnam Pro (SIL Open Font Licence 1.1): drawn for Vietnamese, so that no diacritic is stacked wrongly or missing. */
const FAMILY = '@expo-google-fonts/be-vietnam-pro';

const resolve = createRequire(import.meta.url).resolve;

export const FONTS = {
  regular: resolve(`${FAMILY}/400Regular/BeVietnamPro_400Regular.ttf`),
  bold: resolve(`${FAMILY}/600SemiBold/BeVietnamPro_600SemiBold.ttf`),
} as const;

export type Weight = keyof typeof FONTS;
