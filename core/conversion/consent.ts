/**
 * What a holder agrees to before anything is converted, and what their device signs. A text that has once been shown
 * stays here, under its version: a consent names the very words that were agreed to.
 *
 *   ES256 over "hcl/consent/1\0" ‖ commitment of the code 75 ‖ RFC 8785 bytes of the terms
 *   ES256 over "hcl/consent-withdrawal/1\0" ‖ RFC 8785 bytes of {"at": …, "id": …}
 *
 * The code is in it, the target, the words, and the evidence that goes with the code: a consent cannot serve for
 * anything else. Its `id`, chosen at random by the device, is the name of the one conversion it is for. Evidence is named
 * by the digest of what identifies each code, in the order in which the codes are sent:
 *
 *   SHA-256("hcl/consent-evidence/1\0" ‖ commitment 75 × n), base64url
 *
 * Terms of `convert-1` have none, and the words of `convert-2` do not say that the issuer of evidence goes with it where
 * a mapping names issuers (`asItTravels`): both are read, and no new ones are taken.
 */
import { toBase64url } from '../bytes/base64url.ts';
import { toCanonicalJson } from '../bytes/canonical-json.ts';
import { concatBytes } from '../bytes/concat.ts';
import { toUtf8 } from '../bytes/utf8.ts';
import type { Crypto } from '../crypto.ts';
import { LANGUAGES, names, type Language, type Names } from '../record/value-sets/value-set.ts';

/** What the holder agrees to. */
export interface ConsentTerms {
  /** Unix seconds, by the holder's clock. */
  readonly at: number;
  /** {@link evidenceDigest}; absent in terms of `convert-1`. */
  readonly evidence?: string;
  /** 16 random bytes, 32 hex digits. */
  readonly id: string;
  readonly port?: string;
  /** `YYYY-MM-DD`. */
  readonly plannedOn?: string;
  /** DID. */
  readonly target: string;
  /** `convert-3.zh-Hant`: which words, in which language. */
  readonly text: string;
}

const TEXTS: Readonly<Record<string, Names>> = {
  'convert-1': names(
    'I ask that my health code be converted for one crossing. My own device takes the converted code to the health ' +
      'authority of the place I go to; the two authorities exchange nothing about me. The converted code shows my ' +
      'name, sex, birth date and document number, the colour, what kind of test or declaration it rests on and when ' +
      'that was made, until when it counts, and for which crossing. The record of a test or a visit does not go with ' +
      'it. Both authorities erase it after 31 days. I can take this consent back at any time; what has been decided ' +
      'by then stands.',
    '本人要求為一次過關轉換健康碼。轉換後的碼由本人的裝置帶到前往地的衞生當局；兩地當局不會互相交換本人的資料。轉換後的碼顯示' +
      '本人的姓名、性別、出生日期、證件號碼、顏色、所依據的檢測或申報種類及其時間、有效期及該次過關。檢測紀錄及出行紀錄不會一併傳送。' +
      '兩地當局在31天後將其刪除。本人可隨時撤回此同意；屆時已作出的決定仍然有效。',
    '本人要求为一次过关转换健康码。转换后的码由本人的设备带到前往地的卫生当局；两地当局不会互相交换本人的资料。转换后的码显示' +
      '本人的姓名、性别、出生日期、证件号码、颜色、所依据的检测或申报种类及其时间、有效期及该次过关。检测记录及出行记录不会一并传送。' +
      '两地当局在31天后将其删除。本人可随时撤回此同意；届时已作出的决定仍然有效。',
    'Peço que o meu código de saúde seja convertido para uma travessia. É o meu aparelho que leva o código convertido ' +
      'à autoridade de saúde do destino; as duas autoridades nada trocam sobre mim. O código convertido mostra nome, ' +
      'sexo, data de nascimento e número do documento, a cor, o tipo de teste ou declaração em que assenta e quando ' +
      'foi feito, até quando vale e para que travessia. O registo do teste ou das deslocações não o acompanha. Ambas ' +
      'as autoridades o apagam após 31 dias. Posso retirar este consentimento a qualquer momento; o que já tiver sido ' +
      'decidido mantém-se.',
  ),
  'convert-2': names(
    'I ask that my health code be converted for one crossing, by this code and the records that I send with it, and no ' +
      'others. My own device takes the converted code to the health authority of the place I go to; the two authorities ' +
      'exchange nothing about me. The converted code shows my name, sex, birth date and document number, the colour, ' +
      'what kind of test or declaration it rests on and when that was made, until when it counts, and for which ' +
      'crossing. The record of a test or a visit does not go with it. Both authorities erase it after 31 days. I can ' +
      'take this consent back at any time; what has been decided by then stands.',
    '本人要求為一次過關轉換健康碼，只以此碼及本人隨之提交的紀錄為依據。轉換後的碼由本人的裝置帶到前往地的衞生當局；兩地當局不會' +
      '互相交換本人的資料。轉換後的碼顯示本人的姓名、性別、出生日期、證件號碼、顏色、所依據的檢測或申報種類及其時間、有效期及' +
      '該次過關。檢測紀錄及出行紀錄不會一併傳送。兩地當局在31天後將其刪除。本人可隨時撤回此同意；屆時已作出的決定仍然有效。',
    '本人要求为一次过关转换健康码，只以此码及本人随之提交的记录为依据。转换后的码由本人的装置带到前往地的卫生当局；两地当局不会' +
      '互相交换本人的资料。转换后的码显示本人的姓名、性别、出生日期、证件号码、颜色、所依据的检测或申报种类及其时间、有效期及' +
      '该次过关。检测记录及出行记录不会一并传送。两地当局在31天后将其删除。本人可随时撤回此同意；届时已作出的决定仍然有效。',
    'Peço que o meu código de saúde seja convertido para uma travessia, por este código e pelos registos que envio com ' +
      'ele, e por nenhuns outros. É o meu aparelho que leva o código convertido à autoridade de saúde do destino; as duas ' +
      'autoridades nada trocam sobre mim. O código convertido mostra nome, sexo, data de nascimento e número do ' +
      'documento, a cor, o tipo de teste ou declaração em que assenta e quando foi feito, até quando vale e para que ' +
      'travessia. O registo do teste ou das deslocações não o acompanha. Ambas as autoridades o apagam após 31 dias. ' +
      'Posso retirar este consentimento a qualquer momento; o que já tiver sido decidido mantém-se.',
  ),
  'convert-3': names(
    'I ask that my health code be converted for one crossing, by this code and the records that I send with it, and no ' +
      'others. My own device takes the converted code to the health authority of the place I go to; the two authorities ' +
      'exchange nothing about me. The converted code shows my name, sex, birth date and document number, the colour, ' +
      'what kind of test or declaration it rests on and when that was made, and who issued it, where the place asks, ' +
      'until when it counts, and for which crossing. The record of a test or a visit does not go with it. Both ' +
      'authorities erase it after 31 days. I can take this consent back at any time; what has been decided by then ' +
      'stands.',
    '本人要求為一次過關轉換健康碼，只以此碼及本人隨之提交的紀錄為依據。轉換後的碼由本人的裝置帶到前往地的衞生當局；兩地當局不會' +
      '互相交換本人的資料。轉換後的碼顯示本人的姓名、性別、出生日期、證件號碼、顏色、所依據的檢測或申報種類及其時間，' +
      '如前往地要求，亦顯示由誰簽發，以及有效期及該次過關。檢測紀錄及出行紀錄不會一併傳送。兩地當局在31天後將其刪除。' +
      '本人可隨時撤回此同意；屆時已作出的決定仍然有效。',
    '本人要求为一次过关转换健康码，只以此码及本人随之提交的记录为依据。转换后的码由本人的装置带到前往地的卫生当局；两地当局不会' +
      '互相交换本人的资料。转换后的码显示本人的姓名、性别、出生日期、证件号码、颜色、所依据的检测或申报种类及其时间，' +
      '如前往地要求，亦显示由谁签发，以及有效期及该次过关。检测记录及出行记录不会一并传送。两地当局在31天后将其删除。' +
      '本人可随时撤回此同意；届时已作出的决定仍然有效。',
    'Peço que o meu código de saúde seja convertido para uma travessia, por este código e pelos registos que envio com ' +
      'ele, e por nenhuns outros. É o meu aparelho que leva o código convertido à autoridade de saúde do destino; as duas ' +
      'autoridades nada trocam sobre mim. O código convertido mostra nome, sexo, data de nascimento e número do ' +
      'documento, a cor, o tipo de teste ou declaração em que assenta e quando foi feito, e quem o emitiu, se o destino o ' +
      'pedir, até quando vale e para que travessia. O registo do teste ou das deslocações não o acompanha. Ambas as ' +
      'autoridades o apagam após 31 dias. ' +
      'Posso retirar este consentimento a qualquer momento; o que já tiver sido decidido mantém-se.',
  ),
};

/** The words that are shown today. */
export const CONSENT_VERSION = 'convert-3';

/** The name of a version in a language, as a consent holds it. */
export function consentName(language: Language): string {
  return `${CONSENT_VERSION}.${language}`;
}

/** The words that a consent names; `undefined`: there never were any of this name. */
export function consentText(name: string): string | undefined {
  const at = name.indexOf('.');
  const texts = at === -1 || !Object.hasOwn(TEXTS, name.slice(0, at)) ? undefined : TEXTS[name.slice(0, at)];
  const language = LANGUAGES.find((one) => one === name.slice(at + 1));
  return language === undefined ? undefined : texts?.[language];
}

/** Whether new consents may name it: only to the words that are shown today. */
export function isPresentConsent(name: string): boolean {
  return LANGUAGES.some((language) => name === consentName(language));
}

const DOMAIN = toUtf8('hcl/consent/1\0');
const EVIDENCE_DOMAIN = toUtf8('hcl/consent-evidence/1\0');
const WITHDRAWAL_DOMAIN = toUtf8('hcl/consent-withdrawal/1\0');

/** The evidence that a consent is for. @param commitments of its codes, 75 bytes each, in their order; none: of none */
export function evidenceDigest(
  { sha256 }: Pick<Crypto, 'sha256'>,
  commitments: readonly Uint8Array[],
): string {
  return toBase64url(sha256(concatBytes(EVIDENCE_DOMAIN, ...commitments)));
}

/** What the holder's device signs. @param commitment of the code that is converted, 75 bytes */
export function consentMessage(commitment: Uint8Array, terms: ConsentTerms): Uint8Array {
  return concatBytes(DOMAIN, commitment, toUtf8(toCanonicalJson({ ...terms })));
}

/** What the holder's device signs to take the consent back. @param at Unix seconds */
export function withdrawalMessage({ id, at }: Pick<ConsentTerms, 'id' | 'at'>): Uint8Array {
  return concatBytes(WITHDRAWAL_DOMAIN, toUtf8(toCanonicalJson({ at, id })));
}
