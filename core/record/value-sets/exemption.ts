/**
 * Value sets of exemptions. The reason is a category that never leaves the issuer; a diagnosis stands nowhere. The
 * scope names products (`product`) or kinds of vaccine (`prophylaxis`).
 */
import { entry, type ValueSet } from './value-set.ts';

export const REASON: ValueSet = {
  systems: ['hcl'],
  closed: true,
  entries: [
    entry('hcl|contraindication', 'Contraindication', '接種禁忌', '接种禁忌', 'Contraindicação'),
    entry('hcl|deferral', 'Vaccination deferred', '暫緩接種', '暂缓接种', 'Vacinação adiada'),
    entry('hcl|other', 'Other medical reason', '其他醫學理由', '其他医学理由', 'Outro motivo médico'),
  ],
};

export const SCOPE: ValueSet = {
  systems: ['sct', 'atc', 'eu', 'icd11', 'cvx', 'hcl'],
  closed: false,
  entries: [],
};
