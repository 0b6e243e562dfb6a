/**
 * Every reason a verdict can give, with what it means for validity and outcome and its title in the four
 * languages of the checkpoints. Codes are public and stable; docs/reason-codes.md explains each.
 *
 * `validity` keeps three things apart: `invalid` = the evidence is bad, `unconfirmed` = it could not be
 * decided, `valid` = the evidence is good but a rule asks for something.
 */

/** From best to worst. */
export const OUTCOMES = ['pass', 'condition', 'refer', 'stop'] as const;
export type Outcome = (typeof OUTCOMES)[number];
export type Validity = 'valid' | 'invalid' | 'unconfirmed';

/** English, traditional Chinese, simplified Chinese, Portuguese. */
export type Language = 'en' | 'zh-Hant' | 'zh-Hans' | 'pt';

export type ReasonCode =
  // decode
  | 'CODE_EMPTY'
  | 'CODE_TOO_LONG'
  | 'CODE_UNKNOWN'
  | 'CODE_NOT_BASE45'
  | 'CODE_MALFORMED'
  | 'CODE_INFLATE'
  | 'CODE_PATH_TOO_LONG'
  | 'CODE_VERSION_UNKNOWN'
  | 'CODE_DICTIONARY_UNKNOWN'
  | 'CODE_FLAGS_UNKNOWN'
  | 'FORMAT_NOT_SUPPORTED'
  | 'CREDENTIAL_HEADER'
  | 'CREDENTIAL_MALFORMED'
  | 'CREDENTIAL_TYPE_UNKNOWN'
  | 'CODE_INCOMPLETE'
  | 'ALGORITHM_NOT_SUPPORTED'
  | 'CONTENT_INVALID'
  | 'CONTENT_NOT_SUPPORTED'
  // inclusion
  | 'ROOT_NOT_SEEN'
  | 'ROOT_NEVER_ANCHORED'
  | 'PROOF_SIZE_MISMATCH'
  // issuer
  | 'ISSUER_UNKNOWN'
  | 'ISSUER_MISMATCH'
  | 'ISSUER_NOT_ACCREDITED'
  | 'ISSUER_TYPE_NOT_ALLOWED'
  | 'ISSUER_SUSPENDED'
  | 'AUTHORITY_SUSPENDED'
  | 'ACCOUNT_NOT_VALID'
  | 'ACCOUNT_COMPROMISED'
  | 'KEY_UNKNOWN'
  | 'KEY_NOT_VALID'
  | 'KEY_COMPROMISED'
  | 'TRUST_LIST_MISSING'
  | 'TRUST_LIST_STALE'
  | 'SIGNER_UNKNOWN'
  | 'SIGNER_NOT_CERTIFIED'
  | 'SIGNER_REVOKED'
  // signature
  | 'SIGNATURE_INVALID'
  // validity period
  | 'ISSUED_IN_FUTURE'
  | 'ISSUED_AFTER_ANCHOR'
  | 'NOT_YET_VALID'
  | 'EXPIRED'
  | 'FACTS_MISSING'
  // status
  | 'STATUS_REVOKED'
  | 'STATUS_SUSPENDED'
  | 'STATUS_SUPERSEDED'
  | 'STATUS_INDEX_OUT_OF_RANGE'
  | 'STATUS_UNKNOWN'
  | 'STATUS_STALE'
  // freshness of what is known here
  | 'STATE_UNKNOWN'
  | 'STATE_STALE'
  | 'CLOCK_BEHIND'
  // holder
  | 'PRESENTATION_REQUIRED'
  | 'PRESENTATION_NOT_CURRENT'
  | 'PRESENTATION_OTHER_GATE'
  | 'PRESENTATION_INVALID'
  | 'SHOWN_ELSEWHERE'
  | 'SIGHTINGS_UNKNOWN'
  // policy
  | 'PROFILE_NOT_ACCEPTED'
  | 'COLOUR_AMBER'
  | 'COLOUR_YELLOW'
  | 'COLOUR_RED'
  | 'COLOUR_NOT_GIVEN_THERE'
  | 'CONVERSION_ON_ITS_WAY'
  | 'RULE_CONDITION'
  | 'RULE_REFER'
  | 'RULE_STOP'
  | 'RULE_UNDECIDED'
  | 'POLICY_NOT_IN_FORCE'
  | 'POLICY_AMBIGUOUS'
  // identity
  | 'IDENTITY_NEAR'
  | 'IDENTITY_MISMATCH'
  | 'IDENTITY_UNDECIDED'
  | 'COULD_NOT_DECIDE';
// The type of REASONS admits no other keys.;

export interface Reason {
  readonly validity: Validity;
  readonly outcome: Outcome;
  readonly title: Readonly<Record<Language, string>>;
}

function reason(
  validity: Validity,
  outcome: Outcome,
  en: string,
  zhHant: string,
  zhHans: string,
  pt: string,
): Reason {
  return { validity, outcome, title: { en, 'zh-Hant': zhHant, 'zh-Hans': zhHans, pt } };
}

const bad = reason.bind(undefined, 'invalid', 'stop');
const undecided = reason.bind(undefined, 'unconfirmed', 'refer');
const rule = reason.bind(undefined, 'valid', 'refer');

export const REASONS: Readonly<Record<ReasonCode, Reason>> = {
  // decode
  CODE_EMPTY: bad('The code is empty', '條碼是空的', '条码是空的', 'O código está vazio'),
  CODE_TOO_LONG: bad('The code is too long', '條碼過長', '条码过长', 'O código é demasiado longo'),
  CODE_UNKNOWN: bad(
    'This is not a health code',
    '這不是健康碼',
    '这不是健康码',
    'Isto não é um código de saúde',
  ),
  CODE_NOT_BASE45: bad(
    'The code has characters that do not belong there',
    '條碼含有不應出現的字元',
    '条码含有不应出现的字符',
    'O código contém caracteres que não lhe pertencem',
  ),
  CODE_MALFORMED: bad('The code is damaged', '條碼已損壞', '条码已损坏', 'O código está danificado'),
  CODE_INFLATE: bad(
    'The content of the code cannot be unpacked',
    '條碼內容無法解壓',
    '条码内容无法解压',
    'O conteúdo do código não pode ser descomprimido',
  ),
  CODE_PATH_TOO_LONG: bad(
    'The proof in the code is longer than any batch allows',
    '條碼內的證明過長',
    '条码内的证明过长',
    'A prova contida no código é demasiado longa',
  ),
  CODE_VERSION_UNKNOWN: undecided(
    'The code is of a newer version: update the scanner',
    '條碼版本較新：請更新掃描器',
    '条码版本较新：请更新扫描器',
    'O código é de uma versão mais recente: atualize o leitor',
  ),
  CODE_DICTIONARY_UNKNOWN: undecided(
    'The code uses a newer dictionary: update the scanner',
    '條碼使用較新的字典：請更新掃描器',
    '条码使用较新的字典：请更新扫描器',
    'O código usa um dicionário mais recente: atualize o leitor',
  ),
  CODE_FLAGS_UNKNOWN: undecided(
    'The code uses a newer feature: update the scanner',
    '條碼使用較新的功能：請更新掃描器',
    '条码使用较新的功能：请更新扫描器',
    'O código usa uma função mais recente: atualize o leitor',
  ),
  FORMAT_NOT_SUPPORTED: undecided(
    'A code of another system, which is not checked here',
    '其他系統的條碼，此處無法核驗',
    '其他系统的条码，此处无法核验',
    'Um código de outro sistema, que não é verificado aqui',
  ),
  CREDENTIAL_HEADER: bad(
    'The header of the credential is not of our form',
    '憑證標頭格式不符',
    '凭证标头格式不符',
    'O cabeçalho da credencial não tem a forma prevista',
  ),
  CREDENTIAL_MALFORMED: bad(
    'The content of the credential is not of our form',
    '憑證內容格式不符',
    '凭证内容格式不符',
    'O conteúdo da credencial não tem a forma prevista',
  ),
  CREDENTIAL_TYPE_UNKNOWN: undecided(
    'A credential of a newer type: update the scanner',
    '憑證類型較新：請更新掃描器',
    '凭证类型较新：请更新扫描器',
    'Uma credencial de um tipo mais recente: atualize o leitor',
  ),
  CODE_INCOMPLETE: undecided(
    'One part of several: scan the others too',
    '這只是其中一部分：請一併掃描其餘部分',
    '这只是其中一部分：请一并扫描其余部分',
    'Só uma parte de várias: leia também as outras',
  ),
  ALGORITHM_NOT_SUPPORTED: undecided(
    'Signed in a way that is not checked here',
    '所用簽署方式此處無法核驗',
    '所用签署方式此处无法核验',
    'Assinado de um modo que não é verificado aqui',
  ),
  CONTENT_INVALID: bad(
    'The content breaks the rules of its own system',
    '內容不符合其所屬系統的規則',
    '内容不符合其所属系统的规则',
    'O conteúdo infringe as regras do seu próprio sistema',
  ),
  CONTENT_NOT_SUPPORTED: undecided(
    'The content is of a kind that is not read here',
    '內容屬此處無法讀取的類別',
    '内容属此处无法读取的类别',
    'O conteúdo é de um género que não é lido aqui',
  ),
  // inclusion
  ROOT_NOT_SEEN: undecided(
    'The credential is not on the ledger as known here',
    '此處所知的帳本上未見此憑證',
    '此处所知的账本上未见此凭证',
    'A credencial não consta do registo aqui conhecido',
  ),
  ROOT_NEVER_ANCHORED: bad(
    'The credential should be on the ledger by now and is not',
    '憑證早應載入帳本，但帳本上沒有',
    '凭证早应载入账本，但账本上没有',
    'A credencial já devia constar do registo e não consta',
  ),
  PROOF_SIZE_MISMATCH: bad(
    'The proof does not have the length of its batch',
    '證明長度與批次不符',
    '证明长度与批次不符',
    'A prova não tem o comprimento do seu lote',
  ),
  // issuer
  ISSUER_UNKNOWN: bad(
    'The issuer is not in the trust list',
    '簽發機構不在信任名單內',
    '签发机构不在信任名单内',
    'O emissor não consta da lista de confiança',
  ),
  ISSUER_MISMATCH: bad(
    'Credential, key and ledger name different issuers',
    '憑證、密鑰與帳本所示的簽發機構不一致',
    '凭证、密钥与账本所示的签发机构不一致',
    'Credencial, chave e registo indicam emissores diferentes',
  ),
  ISSUER_NOT_ACCREDITED: bad(
    'The issuer was not accredited at that time',
    '簽發機構當時未獲認可',
    '签发机构当时未获认可',
    'O emissor não estava acreditado nessa altura',
  ),
  ISSUER_TYPE_NOT_ALLOWED: bad(
    'The issuer may not issue credentials of this type',
    '簽發機構無權簽發此類憑證',
    '签发机构无权签发此类凭证',
    'O emissor não pode emitir credenciais deste tipo',
  ),
  ISSUER_SUSPENDED: bad(
    'The issuer was suspended at that time',
    '簽發機構當時已被暫停',
    '签发机构当时已被暂停',
    'O emissor estava suspenso nessa altura',
  ),
  AUTHORITY_SUSPENDED: bad(
    "The issuer's authority was suspended at that time",
    '簽發機構的主管當局當時已被暫停',
    '签发机构的主管当局当时已被暂停',
    'A autoridade do emissor estava suspensa nessa altura',
  ),
  ACCOUNT_NOT_VALID: bad(
    'The ledger account of the batch was not valid at that time',
    '批次的帳本帳戶當時無效',
    '批次的账本账户当时无效',
    'A conta do lote no registo não era válida nessa altura',
  ),
  ACCOUNT_COMPROMISED: bad(
    'The ledger account of the batch was already compromised',
    '批次的帳本帳戶當時已外洩',
    '批次的账本账户当时已泄露',
    'A conta do lote no registo já estava comprometida',
  ),
  KEY_UNKNOWN: bad(
    'The signing key is not in the trust list',
    '簽署密鑰不在信任名單內',
    '签署密钥不在信任名单内',
    'A chave de assinatura não consta da lista de confiança',
  ),
  KEY_NOT_VALID: bad(
    'The signing key was not valid at that time',
    '簽署密鑰當時無效',
    '签署密钥当时无效',
    'A chave de assinatura não era válida nessa altura',
  ),
  KEY_COMPROMISED: bad(
    'The signing key was already compromised',
    '簽署密鑰當時已外洩',
    '签署密钥当时已泄露',
    'A chave de assinatura já estava comprometida',
  ),
  TRUST_LIST_MISSING: undecided(
    'No list of trusted signers of that system is loaded here',
    '此處未載入該系統的可信簽署者名單',
    '此处未载入该系统的可信签署者名单',
    'Não está carregada aqui a lista de signatários desse sistema',
  ),
  TRUST_LIST_STALE: undecided(
    'What is known of the signers is out of date',
    '簽署者的資料已過時',
    '签署者的资料已过时',
    'O que se sabe dos signatários está desatualizado',
  ),
  SIGNER_UNKNOWN: undecided(
    'The signer is in none of the lists loaded here',
    '此處載入的名單內均無該簽署者',
    '此处载入的名单内均无该签署者',
    'O signatário não consta das listas carregadas aqui',
  ),
  SIGNER_NOT_CERTIFIED: bad(
    'The certificate of the signer is forged',
    '簽署者的證書屬偽造',
    '签署者的证书属伪造',
    'O certificado do signatário é falsificado',
  ),
  SIGNER_REVOKED: bad(
    'The certificate of the signer was revoked',
    '簽署者的證書已被撤銷',
    '签署者的证书已被撤销',
    'O certificado do signatário foi revogado',
  ),
  // signature
  SIGNATURE_INVALID: bad(
    'The signature does not match: the code was altered or forged',
    '簽名不符：條碼曾被改動或偽造',
    '签名不符：条码曾被改动或伪造',
    'A assinatura não confere: o código foi alterado ou falsificado',
  ),
  // validity period
  ISSUED_IN_FUTURE: bad(
    'The credential claims to be issued in the future',
    '憑證的簽發時間在未來',
    '凭证的签发时间在未来',
    'A credencial indica uma emissão no futuro',
  ),
  ISSUED_AFTER_ANCHOR: bad(
    'The credential claims to be issued after it was anchored',
    '憑證的簽發時間晚於載入帳本的時間',
    '凭证的签发时间晚于载入账本的时间',
    'A credencial indica uma emissão posterior ao seu registo',
  ),
  NOT_YET_VALID: bad(
    'The credential is not valid yet',
    '憑證尚未生效',
    '凭证尚未生效',
    'A credencial ainda não é válida',
  ),
  EXPIRED: bad('The credential has expired', '憑證已過期', '凭证已过期', 'A credencial expirou'),
  FACTS_MISSING: undecided(
    'Facts that decide are missing or hidden: ask to see them',
    '缺少或隱藏了關鍵資料：請要求出示',
    '缺少或隐藏了关键资料：请要求出示',
    'Faltam ou estão ocultos factos decisivos: peça para os ver',
  ),
  // status
  STATUS_REVOKED: bad(
    'The credential was revoked or withdrawn',
    '憑證已被撤銷或撤回',
    '凭证已被撤销或撤回',
    'A credencial foi revogada ou retirada',
  ),
  STATUS_SUSPENDED: bad(
    'The credential is suspended',
    '憑證已被暫停',
    '凭证已被暂停',
    'A credencial está suspensa',
  ),
  STATUS_SUPERSEDED: reason(
    'invalid',
    'refer',
    'The credential was replaced: ask for the new one',
    '憑證已被取代：請出示新憑證',
    '凭证已被取代：请出示新凭证',
    'A credencial foi substituída: peça a nova',
  ),
  STATUS_INDEX_OUT_OF_RANGE: bad(
    'The credential points past the end of its status list',
    '憑證指向狀態清單以外的位置',
    '凭证指向状态清单以外的位置',
    'A credencial aponta para além do fim da sua lista de estado',
  ),
  STATUS_UNKNOWN: undecided(
    'The status list is not known here',
    '此處未有該狀態清單',
    '此处未有该状态清单',
    'A lista de estado não é conhecida aqui',
  ),
  STATUS_STALE: undecided(
    'The status list is out of date',
    '狀態清單已過時',
    '状态清单已过时',
    'A lista de estado está desatualizada',
  ),
  // freshness of what is known here
  STATE_UNKNOWN: undecided(
    'Nothing is known of the ledger yet: synchronise the scanner',
    '尚未取得帳本資料：請同步掃描器',
    '尚未取得账本资料：请同步扫描器',
    'Ainda nada se sabe do registo: sincronize o leitor',
  ),
  STATE_STALE: undecided(
    'What is known of the ledger is too old: synchronise the scanner',
    '帳本資料過舊：請同步掃描器',
    '账本资料过旧：请同步扫描器',
    'O que se sabe do registo é demasiado antigo: sincronize o leitor',
  ),
  CLOCK_BEHIND: undecided(
    'The clock of the scanner is behind the ledger: set it',
    '掃描器時鐘慢於帳本：請校正時間',
    '扫描器时钟慢于账本：请校正时间',
    'O relógio do leitor está atrasado em relação ao registo: acerte-o',
  ),
  // holder
  PRESENTATION_REQUIRED: rule(
    'A print is not accepted here: ask for the live code',
    '此處不接受靜態條碼：請出示動態碼',
    '此处不接受静态条码：请出示动态码',
    'Não se aceita impressão aqui: peça o código dinâmico',
  ),
  PRESENTATION_NOT_CURRENT: rule(
    'The live code is not of this minute: ask for a fresh one',
    '動態碼並非此刻產生：請出示新的動態碼',
    '动态码并非此刻生成：请出示新的动态码',
    'O código dinâmico não é deste minuto: peça um novo',
  ),
  PRESENTATION_OTHER_GATE: rule(
    'The live code was made for another gate: ask for one for this gate',
    '動態碼是為另一閘口產生的：請為本閘口重新產生',
    '动态码是为另一闸口生成的：请为本闸口重新生成',
    'O código dinâmico foi feito para outra porta: peça um para esta',
  ),
  PRESENTATION_INVALID: bad(
    'The live code was not made by the holder of the credential',
    '動態碼並非由憑證持有人產生',
    '动态码并非由凭证持有人生成',
    'O código dinâmico não foi feito pelo titular da credencial',
  ),
  SHOWN_ELSEWHERE: rule(
    'The same code was shown at another gate a moment ago',
    '同一條碼剛於另一閘口出示',
    '同一条码刚在另一闸口出示',
    'O mesmo código foi mostrado noutra porta há instantes',
  ),
  SIGHTINGS_UNKNOWN: rule(
    'It could not be asked whether another gate has just seen the code',
    '未能查詢此碼是否剛於另一閘口出示',
    '未能查询此码是否刚在另一闸口出示',
    'Não foi possível saber se outra porta acaba de ver o código',
  ),
  // policy
  PROFILE_NOT_ACCEPTED: rule(
    'Another form of the credential is needed here',
    '此處須出示另一種憑證版本',
    '此处须出示另一种凭证版本',
    'Aqui é necessária outra versão da credencial',
  ),
  COLOUR_AMBER: rule(
    'The health code is amber',
    '健康碼為琥珀色',
    '健康码为琥珀色',
    'O código de saúde é âmbar',
  ),
  COLOUR_YELLOW: rule(
    'The health code is yellow',
    '健康碼為黃色',
    '健康码为黄色',
    'O código de saúde é amarelo',
  ),
  COLOUR_RED: reason(
    'valid',
    'stop',
    'The health code is red',
    '健康碼為紅色',
    '健康码为红色',
    'O código de saúde é vermelho',
  ),
  COLOUR_NOT_GIVEN_THERE: reason(
    'valid',
    'stop',
    'The health code is none that its issuer can give',
    '該簽發機構不能發出這種健康碼',
    '该签发机构不能发出这种健康码',
    'O código de saúde não é dos que o seu emissor pode dar',
  ),
  CONVERSION_ON_ITS_WAY: rule(
    'A conversion is shown, not the health code that comes of it',
    '所出示的是轉碼憑證，而非轉換後的健康碼',
    '所出示的是转码凭证，而非转换后的健康码',
    'É mostrada uma conversão, não o código de saúde que dela resulta',
  ),
  RULE_CONDITION: reason(
    'valid',
    'condition',
    'Admitted with a condition of this place',
    '符合此處規定，但附有條件',
    '符合此处规定，但附有条件',
    'Admitido com uma condição deste local',
  ),
  RULE_REFER: rule(
    'The rules of this place ask for an officer',
    '按此處規定須由職員決定',
    '按此处规定须由工作人员决定',
    'As regras deste local pedem a decisão de um funcionário',
  ),
  RULE_STOP: reason(
    'valid',
    'stop',
    'The rules of this place are not met',
    '不符合此處的規定',
    '不符合此处的规定',
    'As regras deste local não são cumpridas',
  ),
  RULE_UNDECIDED: undecided(
    'The facts shown do not decide the rules of this place',
    '所出示的資料不足以按此處規定作出判定',
    '所出示的资料不足以按此处规定作出判定',
    'Os dados apresentados não bastam para decidir as regras deste local',
  ),
  POLICY_NOT_IN_FORCE: undecided(
    'No rules are in force here at this time',
    '此處現時沒有生效的規定',
    '此处现时没有生效的规定',
    'Não há regras em vigor aqui neste momento',
  ),
  POLICY_AMBIGUOUS: undecided(
    'Two rules on one matter are in force here at this time',
    '此處現時有兩項互相重疊的規定',
    '此处现时有两项互相重叠的规定',
    'Há aqui neste momento duas regras em vigor sobre a mesma matéria',
  ),
  // identity
  IDENTITY_NEAR: rule(
    'Nearly the person of the document: compare both',
    '與證件持有人相近但不完全相符：請比對',
    '与证件持有人相近但不完全相符：请比对',
    'Quase a pessoa do documento: compare ambos',
  ),
  IDENTITY_MISMATCH: reason(
    'valid',
    'stop',
    'Not the person of the document',
    '並非證件持有人',
    '并非证件持有人',
    'Não é a pessoa do documento',
  ),
  IDENTITY_UNDECIDED: undecided(
    'Too little to compare with the document',
    '可與證件比對的資料不足',
    '可与证件比对的资料不足',
    'Dados insuficientes para comparar com o documento',
  ),
  COULD_NOT_DECIDE: undecided(
    'The check could not be completed',
    '未能完成核驗',
    '未能完成核验',
    'Não foi possível concluir a verificação',
  ),
};

export const REASON_CODES: readonly ReasonCode[] = Object.freeze(
  // The type of REASONS admits no other keys.
  Object.keys(REASONS) as ReasonCode[],
);
