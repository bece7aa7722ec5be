"""The template functions: one module per family, and this table of which names live where.

The table is written out so that a template imports only the families it uses; a test holds it against the modules.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from .registry import Family, Spec


FAMILIES: dict[str, str] = {
    "builtin": ("and or not eq ne lt le gt ge len index go.slice print println printf html js urlquery call"),
    "text": (
        "trim trimAll trimall trimPrefix trimSuffix nospace upper lower title untitle swapcase repeat "
        "substr trunc abbrev abbrevboth initials wrap wrapWith contains hasPrefix hasSuffix quote squote "
        "shellQuote shellWord cat indent nindent replace plural snakecase kebabcase camelcase shuffle "
        "toString toStrings join splitList split splitn sortAlpha hello"
    ),
    "math": ("int int64 float64 atoi toDecimal add add1 sub mul div mod max biggest min until untilStep seq"),
    "decimals": "addf add1f subf mulf divf maxf minf ceil floor round",
    "lists": (
        "list tuple first mustFirst last mustLast rest mustRest initial mustInitial append push "
        "mustAppend mustPush prepend mustPrepend concat reverse mustReverse uniq mustUniq without "
        "mustWithout has mustHas slice mustSlice compact mustCompact chunk mustChunk collectKeys"
    ),
    "dicts": (
        "dict get set unset hasKey pluck keys values pick omit merge mustMerge mergeOverwrite "
        "mustMergeOverwrite dig deepCopy mustDeepCopy deepEqual"
    ),
    "choices": (
        "default empty coalesce ternary all any fail typeOf typeIs typeIsLike kindOf kindIs required "
        "test.Required assert test.Assert test.Fail test.Ternary kind test.Kind isKind test.IsKind"
    ),
    "encodings": (
        "toJson mustToJson toPrettyJson mustToPrettyJson toRawJson mustToRawJson fromJson mustFromJson "
        "toYAML data.ToYAML toYaml mustToYaml fromYaml mustFromYaml b64enc b64dec b32enc b32dec "
        "base64.Encode base64.Decode base64.DecodeBytes sha1sum sha256sum sha512sum adler32sum"
    ),
    "regexes": (
        "regexMatch mustRegexMatch regexFind mustRegexFind regexFindAll mustRegexFindAll regexReplaceAll "
        "mustRegexReplaceAll regexReplaceAllLiteral mustRegexReplaceAllLiteral regexSplit mustRegexSplit "
        "regexQuoteMeta regexp.Find regexp.FindAll regexp.Match regexp.QuoteMeta regexp.Replace "
        "regexp.ReplaceLiteral regexp.Split"
    ),
    "dates": (
        "now date dateInZone date_in_zone htmlDate htmlDateInZone toDate mustToDate dateModify "
        "date_modify mustDateModify must_date_modify unixEpoch ago duration durationRound time.ANSIC "
        "time.UnixDate time.RubyDate time.RFC822 time.RFC822Z time.RFC850 time.RFC1123 time.RFC1123Z "
        "time.RFC3339 time.RFC3339Nano time.Kitchen time.Stamp time.StampMilli time.StampMicro "
        "time.StampNano time.Now time.Parse time.ParseLocal time.ParseInLocation time.Unix "
        "time.ParseDuration time.Nanosecond time.Microsecond time.Millisecond time.Second time.Minute "
        "time.Hour time.Since time.Until time.ZoneName time.ZoneOffset"
    ),
    "versions": "semver semverCompare",
    "urls": "urlParse urlJoin conv.URL",
    "paths": (
        "path.Clean filepath.Clean path.Base filepath.Base path.Dir filepath.Dir path.Ext filepath.Ext "
        "path.IsAbs filepath.IsAbs clean osClean base osBase dir osDir ext osExt isAbs osIsAbs path.Join "
        "filepath.Join path.Split filepath.Split path.Match filepath.Match filepath.Rel "
        "filepath.FromSlash filepath.ToSlash filepath.VolumeName"
    ),
    "environment": "env expandenv getenv",
    "randoms": (
        "randAlphaNum randAlpha randAscii randNumeric randBytes randInt uuidv4 uuid.V4 uuid.V1 uuid.Nil "
        "uuid.IsValid uuid.Parse random.ASCII random.Alpha random.AlphaNum random.String random.Item "
        "random.Number random.Float"
    ),
    "secrets": (
        "crypto.SHA1 crypto.SHA1Bytes crypto.SHA224 crypto.SHA224Bytes crypto.SHA256 crypto.SHA256Bytes "
        "crypto.SHA384 crypto.SHA384Bytes crypto.SHA512 crypto.SHA512Bytes crypto.SHA512_224 "
        "crypto.SHA512_224Bytes crypto.SHA512_256 crypto.SHA512_256Bytes crypto.PBKDF2 crypto.WPAPSK "
        "bcrypt crypto.Bcrypt htpasswd derivePassword encryptAES decryptAES crypto.EncryptAES "
        "crypto.DecryptAES crypto.DecryptAESBytes"
    ),
    "keys": (
        "genPrivateKey genCA genCAWithKey genSelfSignedCert genSelfSignedCertWithKey genSignedCert "
        "genSignedCertWithKey buildCustomCert crypto.RSAGenerateKey crypto.RSADerivePublicKey "
        "crypto.ECDSAGenerateKey crypto.ECDSADerivePublicKey crypto.RSAEncrypt crypto.RSADecryptBytes "
        "crypto.RSADecrypt"
    ),
    "strings": (
        "strings.Abbrev strings.Contains strings.HasPrefix strings.HasSuffix strings.ReplaceAll "
        "replaceAll strings.Repeat strings.RuneCount strings.Indent strings.Quote strings.Squote "
        "strings.ShellQuote strings.Slug strings.Sort strings.Split strings.SplitN splitN strings.Title "
        "strings.ToLower toLower strings.ToUpper toUpper strings.Trim strings.TrimPrefix "
        "strings.TrimSuffix strings.TrimSpace trimSpace strings.Trunc strings.SnakeCase "
        "strings.KebabCase strings.CamelCase strings.WordWrap"
    ),
    "conv": (
        "conv.ToBool bool conv.Bool conv.ToBools conv.ToInt conv.ToInt64 conv.ToInts conv.ToInt64s "
        "conv.ToFloat64 conv.ToFloat64s conv.ToString conv.ToStrings conv.Join conv.Atoi conv.ParseInt "
        "conv.ParseUint conv.ParseFloat conv.ParseBool conv.Default conv.Dict coll.Dict conv.Slice "
        "coll.Slice conv.Has coll.Has"
    ),
    "maths": (
        "math.Add math.Sub math.Mul math.Div math.Rem rem math.Pow pow math.Abs math.Ceil math.Floor "
        "math.Round math.Max math.Min math.IsInt math.IsFloat math.IsNum math.Seq"
    ),
    "coll": (
        "coll.Append coll.Prepend coll.Reverse coll.Uniq coll.Flatten flatten coll.Keys coll.Values "
        "coll.Merge coll.Pick coll.Omit coll.Sort sort coll.JSONPath jsonpath"
    ),
    "data": (
        "data.JSON json data.JSONArray jsonArray data.YAML yaml data.YAMLArray yamlArray data.TOML toml "
        "data.ToJSON toJSON data.ToJSONPretty toJSONPretty data.ToTOML toTOML data.CSV csv data.CSVByRow "
        "csvByRow data.CSVByColumn csvByColumn data.ToCSV toCSV"
    ),
    "sources": ("datasource ds include defineDatasource datasourceExists datasourceReachable listDatasources"),
    "files": "file.Read file.Exists file.IsDir file.ReadDir file.Walk file.Stat file.Write",
    "net": (
        "net.ParseIP net.ParseIPPrefix net.ParseIPRange net.CIDRHost net.CIDRNetmask net.CIDRSubnets "
        "net.CIDRSubnetSizes getHostByName net.LookupIP net.LookupIPs net.LookupCNAME"
    ),
    "cloud": (
        "aws.EC2Region ec2region aws.EC2Meta ec2meta aws.EC2Dynamic ec2dynamic aws.EC2Tag ec2tag aws.EC2Tags ec2tags "
        "aws.KMSEncrypt aws.KMSDecrypt aws.Account aws.ARN aws.UserID gcp.Meta sockaddr.GetAllInterfaces "
        "sockaddr.GetDefaultInterfaces sockaddr.GetPrivateInterfaces sockaddr.GetPublicInterfaces sockaddr.GetPrivateIP "
        "sockaddr.GetPrivateIPs sockaddr.GetPublicIP sockaddr.GetPublicIPs sockaddr.GetInterfaceIP "
        "sockaddr.GetInterfaceIPs sockaddr.Sort sockaddr.Exclude sockaddr.Include sockaddr.Attr sockaddr.Join "
        "sockaddr.Limit sockaddr.Offset sockaddr.Unique sockaddr.Math net.LookupSRV net.LookupSRVs net.LookupTXT"
    ),
}

MODULES: dict[str, str] = {name: module for module, names in FAMILIES.items() for name in names.split()}
NAMESPACES: frozenset[str] = frozenset(name.partition(".")[0] for name in MODULES if "." in name) - {"go"}


def family(module: str) -> Family:
    """The family of one module, imported now."""
    from importlib import import_module

    found: Family = import_module(f"{__name__}.{module}").FAMILY
    return found


def find(name: str) -> Spec | None:
    module = MODULES.get(name)
    return family(module).specs[name] if module else None


def members(namespace: str) -> list[str]:
    start = namespace + "."
    return [name[len(start) :] for name in MODULES if name.startswith(start)]


def nearest(word: str, names: Iterable[str] | Container[str]) -> list[str]:
    """Names close to a mistyped one, best first."""
    from difflib import get_close_matches

    by_fold: dict[str, str] = {}
    for name in names:  # type: ignore[union-attr]
        by_fold.setdefault(name.lower(), name)
    return [by_fold[match] for match in get_close_matches(word.lower(), list(by_fold), 3, 0.6)]
