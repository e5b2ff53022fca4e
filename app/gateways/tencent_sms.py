"""SMS through Tencent Cloud (腾讯云短信, SendSms of 2021-01-11), by the provider's own library: an optional extra.

Carriers let through only what they have approved before: each text is registered with the provider as a template, whose
blanks are filled at every call. `flask --app app sms-texts` prints what is to be registered.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111.models import SendSmsRequest
from tencentcloud.sms.v20210111.sms_client import SmsClient

from app.gateways.messengers import TIMEOUT, Letter, Undelivered

HOME: Final = "zh"
ENDPOINT: Final = "https://sms.tencentcloudapi.com"
REGION: Final = "ap-guangzhou"
# Answers about the number itself: no later try has another answer. All others may be mended by whoever runs the site.
_NUMBER: Final = (
    "FailedOperation.PhoneNumberInBlacklist",
    "InvalidParameterValue.IncorrectPhoneNumber",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
    "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
    "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
)


@dataclass(frozen=True, slots=True)
class TencentSms:
    """`templates`: our template -> language -> the provider's number of the approved text. `sign`: the approved 短信签名.

    A text that is not approved in the language of a letter leaves in Chinese, if it is approved there.
    """

    client: Any
    app_id: str
    sign: str
    templates: Mapping[str, Mapping[str, str]]
    name: str = "tencent_sms"

    def send(self, letter: Letter) -> None:
        """One call for one letter, to a number of the mainland. Raises Undelivered."""
        known, filled = self.templates.get(letter.template, {}), letter.params
        template = known.get(letter.language)
        if template is None and letter.home is not None:
            template, filled = known.get(HOME), letter.home
        if template is None:
            raise Undelivered(f"no template for {letter.template}, {letter.language}")
        request = SendSmsRequest()
        request.PhoneNumberSet = [f"+86{letter.to}"]
        request.SmsSdkAppId, request.SignName, request.TemplateId = self.app_id, self.sign, template
        request.TemplateParamSet = list(filled)
        request.SessionContext = letter.key
        try:
            states = self.client.SendSms(request).SendStatusSet or []
        except TencentCloudSDKException as error:
            raise _failed(error.get_code() or "no answer") from None
        code = states[0].Code if states else "no answer"
        if code != "Ok":
            raise _failed(code)


def _failed(code: str) -> Undelivered:
    return Undelivered(code, final=code in _NUMBER)


def connected(endpoint: str, region: str, key_id: str, secret: str) -> Any:
    """A client of the provider. One try a call: trying again is the queue's work."""
    scheme, _colon, host = endpoint.partition("://")
    http = HttpProfile(protocol=scheme, endpoint=host, reqTimeout=int(TIMEOUT))
    return SmsClient(Credential(key_id, secret), region, ClientProfile(httpProfile=http))
