import { expect, test } from 'vitest';
import {
  createWordIndex,
  findWords,
  fold,
  putWords,
  wordsOf,
} from '../src/lib/fleet-index/words.ts';

test('words are found whatever their case and diacritics', () => {
  expect(wordsOf('12A Lê Lợi, P. Hồng Gai')).toEqual(['12a', 'le', 'loi', 'p', 'hong', 'gai']);
  expect(fold('ĐƯỜNG Nguyễn Huệ')).toBe('duong nguyen hue');
  // the same letters, composed and decomposed
  expect(fold('Lê Lợi'.normalize('NFD'))).toBe(fold('Lê Lợi'.normalize('NFC')));
});

test('a row is found by beginnings of its words, in any order, and only where all are met', () => {
  const addresses = ['12 Lê Lợi', '3 Lý Thái Tổ', null, '12 Trần Phú', '12 Lò Đúc'];
  const index = createWordIndex(addresses.length);
  for (const [row, address] of addresses.entries()) putWords(index, row, address);
  const find = (text: string): number[] => {
    const found = new Uint8Array(addresses.length);
    findWords(index, addresses.length, wordsOf(text), found);
    return [...found.keys()].filter((row) => found[row] === 1);
  };
  expect(find('le loi')).toEqual([0]);
  expect(find('l')).toEqual([0, 1, 4]);
  expect(find('loi 12 lê')).toEqual([0]);
  expect(find('12 l')).toEqual([0, 4]);
  expect(find('đuc')).toEqual([4]);
  expect(find('oi')).toEqual([]);
  expect(find('...')).toEqual([]);
});
