/**
 * Why a code is not converted, or not at once, as its holder reads it. Codes are stable; the Portuguese awaits a native
 * reader. None of the texts says anything about the person.
 */
import { names, type Names } from '../record/value-sets/value-set.ts';

export type RefusalCode =
  | 'CONVERSION_CODE_NOT_VALID'
  | 'CONVERSION_CODE_NOT_OURS'
  | 'CONVERSION_CODE_UNCONFIRMED'
  | 'CONVERSION_LIST_OUTDATED'
  | 'CONVERSION_WRONG_HOLDER'
  | 'CONVERSION_PRESENTED_ELSEWHERE'
  | 'CONVERSION_OTHER_PERSON'
  | 'CONVERSION_CONSENT_INVALID'
  | 'CONVERSION_CONSENT_REPLAYED'
  | 'CONVERSION_CLOCK_OFF'
  | 'CONVERSION_TARGET_UNKNOWN'
  | 'CONVERSION_PORT_UNKNOWN'
  | 'CONVERSION_DAY_NOT_POSSIBLE'
  | 'CONVERSION_MAPPING_NOT_IN_FORCE'
  | 'CONVERSION_STATE_NOT_CONVERTIBLE'
  | 'CONVERSION_STATE_REFERRED'
  | 'CONVERSION_EVIDENCE_ADVERSE'
  | 'CONVERSION_EVIDENCE_MISSING'
  | 'CONVERSION_BOOKING_NEEDED'
  | 'CONVERSION_ALREADY_DONE'
  | 'CONVERSION_NOT_FOR_HERE'
  | 'CONVERSION_NOT_SPENT'
  | 'CONVERSION_WITHDRAWN'
  | 'CONVERSION_NOT_FOUND'
  | 'CONVERSION_REFUSED';

export const REFUSALS: Readonly<Record<RefusalCode, Names>> = {
  CONVERSION_CODE_NOT_VALID: names(
    'This health code does not hold now. Get a new one and try again.',
    '此健康碼現時無效。請重新取得健康碼後再試。',
    '此健康码现时无效。请重新获取健康码后再试。',
    'Este código de saúde não é válido agora. Obtenha um novo e tente de novo.',
  ),
  CONVERSION_CODE_NOT_OURS: names(
    'This is not a health code of this place. Convert it where it was issued.',
    '這不是本地簽發的健康碼。請在簽發地轉碼。',
    '这不是本地签发的健康码。请在签发地转码。',
    'Este não é um código de saúde deste lugar. Converta-o onde foi emitido.',
  ),
  CONVERSION_CODE_UNCONFIRMED: names(
    'This code cannot be confirmed yet. Wait a moment and try again.',
    '此碼暫時未能確認。請稍候再試。',
    '此码暂时无法确认。请稍候再试。',
    'Este código ainda não pode ser confirmado. Aguarde um momento e tente de novo.',
  ),
  CONVERSION_LIST_OUTDATED: names(
    'What your device carries with this code is out of date. Fetch it again and try once more.',
    '裝置隨碼攜帶的資料已過時。請重新取得後再試。',
    '设备随码携带的资料已过时。请重新获取后再试。',
    'O que o seu aparelho traz com este código está desatualizado. Obtenha-o de novo e tente outra vez.',
  ),
  CONVERSION_WRONG_HOLDER: names(
    'This code belongs to another device. Its holder alone can convert it.',
    '此碼屬於另一部裝置。只有持有人可以轉碼。',
    '此码属于另一部设备。只有持有人可以转码。',
    'Este código pertence a outro aparelho. Só o titular o pode converter.',
  ),
  CONVERSION_PRESENTED_ELSEWHERE: names(
    'The live code was made for another place or another booking. Let your device make one for here and show that.',
    '動態碼是為另一地點或另一預約產生的。請以裝置為此處重新產生並出示。',
    '动态码是为另一地点或另一预约生成的。请用设备为此处重新生成并出示。',
    'O código dinâmico foi feito para outro lugar ou outra marcação. Faça no aparelho um para aqui e mostre esse.',
  ),
  CONVERSION_OTHER_PERSON: names(
    'One of the records is of another person.',
    '其中一項紀錄屬於另一人。',
    '其中一项记录属于另一人。',
    'Um dos registos é de outra pessoa.',
  ),
  CONVERSION_CONSENT_INVALID: names(
    'Your consent could not be read. Read the present text and agree again.',
    '未能讀取你的同意。請閱讀現行文本並再次表示同意。',
    '无法读取您的同意。请阅读现行文本并再次表示同意。',
    'Não foi possível ler o seu consentimento. Leia o texto atual e aceite de novo.',
  ),
  CONVERSION_CONSENT_REPLAYED: names(
    'This consent was given for another conversion. Each conversion needs its own.',
    '此同意屬於另一次轉碼。每次轉碼均須另行同意。',
    '此同意属于另一次转码。每次转码均须另行同意。',
    'Este consentimento foi dado para outra conversão. Cada conversão precisa do seu.',
  ),
  CONVERSION_CLOCK_OFF: names(
    'The clock of your device is wrong. Set it and try again.',
    '你的裝置時間不正確。請調校後再試。',
    '您的设备时间不正确。请校准后再试。',
    'O relógio do seu aparelho está errado. Acerte-o e tente de novo.',
  ),
  CONVERSION_TARGET_UNKNOWN: names(
    'There is no such place to convert for.',
    '沒有此轉碼目的地。',
    '没有此转码目的地。',
    'Não existe tal destino de conversão.',
  ),
  CONVERSION_PORT_UNKNOWN: names(
    'There is no such boundary control point on this way.',
    '此路線沒有該口岸。',
    '此路线没有该口岸。',
    'Não existe tal posto fronteiriço neste percurso.',
  ),
  CONVERSION_DAY_NOT_POSSIBLE: names(
    'The code would not count on the day you plan to cross. Convert it nearer to that day.',
    '此碼在你計劃過關當日將會失效。請在較接近當日時轉碼。',
    '此码在您计划过关当日将会失效。请在较接近当日时转码。',
    'O código não seria válido no dia previsto. Converta-o mais perto desse dia.',
  ),
  CONVERSION_MAPPING_NOT_IN_FORCE: names(
    'Codes are not converted on this way at present.',
    '此路線目前不設轉碼。',
    '此路线目前不设转码。',
    'De momento não se convertem códigos neste percurso.',
  ),
  CONVERSION_STATE_NOT_CONVERTIBLE: names(
    'A code of this colour cannot be converted. If you think the colour is wrong, appeal where it was issued.',
    '此顏色的健康碼不能轉碼。如認為顏色有誤，請向簽發地提出上訴。',
    '此颜色的健康码不能转码。如认为颜色有误，请向签发地提出申诉。',
    'Um código desta cor não pode ser convertido. Se acha que a cor está errada, recorra onde foi emitido.',
  ),
  CONVERSION_STATE_REFERRED: names(
    'An officer decides about this code. Please go to the counter.',
    '此碼須由職員決定。請前往櫃位。',
    '此码须由工作人员决定。请前往柜台。',
    'Um funcionário decide sobre este código. Dirija-se ao balcão.',
  ),
  CONVERSION_EVIDENCE_ADVERSE: names(
    'One of the records needs an officer’s look. Please go to the counter.',
    '其中一項紀錄須由職員查看。請前往櫃位。',
    '其中一项记录须由工作人员查看。请前往柜台。',
    'Um dos registos precisa de ser visto por um funcionário. Dirija-se ao balcão.',
  ),
  CONVERSION_EVIDENCE_MISSING: names(
    'A record that this way asks for is missing or too old: a test, or a health declaration.',
    '缺少此路線所需的紀錄，或紀錄已過期：檢測或健康申報。',
    '缺少此路线所需的记录，或记录已过期：检测或健康申报。',
    'Falta um registo pedido neste percurso, ou é demasiado antigo: um teste ou a declaração de saúde.',
  ),
  CONVERSION_BOOKING_NEEDED: names(
    'This way needs a booked place. Book one for your port and day, and show it with the code.',
    '此路線須預約名額。請預約所需口岸及日期的名額，並連同此碼出示。',
    '此路线须预约名额。请预约所需口岸及日期的名额，并连同此码出示。',
    'Este percurso exige uma vaga marcada. Marque uma para o seu posto e dia e mostre-a com o código.',
  ),
  CONVERSION_ALREADY_DONE: names(
    'This code was converted for this place already. Get a new code to convert again.',
    '此碼已為該地轉碼。如需再次轉碼，請重新取得健康碼。',
    '此码已为该地转码。如需再次转码，请重新获取健康码。',
    'Este código já foi convertido para este lugar. Obtenha um novo para converter outra vez.',
  ),
  CONVERSION_NOT_FOR_HERE: names(
    'This conversion is for another place.',
    '此轉碼屬於另一目的地。',
    '此转码属于另一目的地。',
    'Esta conversão é para outro lugar.',
  ),
  CONVERSION_NOT_SPENT: names(
    'The ledger does not show this conversion yet. Wait a moment and try again.',
    '帳本尚未顯示此次轉碼。請稍候再試。',
    '账本尚未显示此次转码。请稍候再试。',
    'O registo distribuído ainda não mostra esta conversão. Aguarde um momento e tente de novo.',
  ),
  CONVERSION_WITHDRAWN: names(
    'You have taken back your consent to this conversion.',
    '你已撤回對此次轉碼的同意。',
    '您已撤回对此次转码的同意。',
    'Retirou o seu consentimento a esta conversão.',
  ),
  CONVERSION_NOT_FOUND: names(
    'There is no such conversion.',
    '沒有此次轉碼。',
    '没有此次转码。',
    'Não existe tal conversão.',
  ),
  CONVERSION_REFUSED: names(
    'The officer has refused this conversion.',
    '職員已拒絕此次轉碼。',
    '工作人员已拒绝此次转码。',
    'O funcionário recusou esta conversão.',
  ),
};

export function isRefusalCode(code: string): code is RefusalCode {
  return Object.hasOwn(REFUSALS, code);
}
