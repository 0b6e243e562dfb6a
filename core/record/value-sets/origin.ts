/** Value set of records from elsewhere: what showed the fact to whoever issues it again. */
import { entry, type ValueSet } from './value-set.ts';

export const ORIGIN: ValueSet = {
  systems: ['hcl'],
  closed: true,
  entries: [
    entry(
      'hcl|foreign-code',
      'Code of another system, signature checked',
      '其他系統的條碼',
      '其他系统的条码',
      'Código de outro sistema, assinatura verificada',
    ),
    entry(
      'hcl|foreign-document',
      'Document of another place, seen by an officer',
      '非本地證明文件',
      '非本地证明文件',
      'Documento de outro território, visto por um agente',
    ),
  ],
};
