"""Which column of another system's export says what of a lead: data, with presets for three systems and for vCards."""

from collections.abc import Mapping
from typing import Annotated, Literal

from ltc_events import Code, Name
from ltc_events.lead import Channel
from pydantic import Field

from .scoring import Part

Known = Literal["key", "name", "first_name", "last_name", "email", "phone", "channel", "campaign", "need", "territory"]
Headers = Annotated[tuple[Name, ...], Field(min_length=1, max_length=20)]


class ColumnMapping(Part):
    """How to read the rows of an export. Headers are compared without case and outer spaces."""

    company: Headers
    """The headers the company may stand under; in each row the first that says something counts."""
    columns: dict[Known, Headers] = {}
    """What else is known → the headers it may stand under. ``key`` is what the other system
    calls the row by: with it a row is known again even if what it says has changed."""
    channels: dict[Name, Channel] = {}
    """What the column ``channel`` says → our channel, compared without case."""
    otherwise: Channel = "other"
    """The channel of a row that says none, or one that is not named here."""


class ImportMappings(Part):
    """Own mappings, by name; a name of ours goes before a preset of the same name."""

    mappings: dict[Code, ColumnMapping] = Field(max_length=100)


SALESFORCE = ColumnMapping(
    company=("Company", "Company / Account"),
    columns={
        "key": ("Lead ID", "LeadId", "Id"),
        "name": ("Name", "Full Name"),
        "first_name": ("First Name", "FirstName"),
        "last_name": ("Last Name", "LastName"),
        "email": ("Email",),
        "phone": ("Phone", "Mobile", "MobilePhone"),
        "channel": ("Lead Source", "LeadSource"),
        "need": ("Product Interest", "Description"),
    },
    channels={
        "web": "site",
        "advertisement": "landing_page",
        "social media": "social",
        "trade show": "exhibition",
        "seminar - internal": "exhibition",
        "seminar - partner": "exhibition",
        "partner": "network",
        "word of mouth": "network",
        "employee referral": "referral",
        "external referral": "referral",
        "partner referral": "referral",
        "purchased list": "research",
    },
)

HUBSPOT = ColumnMapping(
    company=("Company Name", "Associated Company", "Primary Associated Company", "Company"),
    columns={
        "key": ("Record ID", "Record ID - Contact", "Contact ID"),
        "first_name": ("First Name",),
        "last_name": ("Last Name",),
        "email": ("Email", "Work email"),
        "phone": ("Phone Number", "Mobile Phone Number"),
        "channel": ("Original Traffic Source", "Original Source", "Original Source Type", "Latest Traffic Source"),
        "need": ("Message", "Notes"),
    },
    channels={
        "organic search": "site",
        "direct traffic": "site",
        "paid search": "landing_page",
        "email marketing": "landing_page",
        "other campaigns": "landing_page",
        "organic social": "social",
        "paid social": "social",
        "social media": "social",
        "referrals": "referral",
    },
)

JIANDAOYUN = ColumnMapping(
    company=("公司名称", "客户名称", "企业名称", "单位名称", "公司"),
    columns={
        "key": ("数据ID", "线索编号", "客户编号", "编号", "流水号"),
        "name": ("联系人", "联系人姓名", "姓名"),
        "email": ("邮箱", "电子邮箱", "电子邮件"),
        "phone": ("手机", "手机号", "手机号码", "联系电话", "电话"),
        "channel": ("线索来源", "客户来源", "来源", "渠道"),
        "need": ("需求描述", "客户需求", "需求", "备注"),
    },
    channels={
        "官网": "site",
        "网站": "site",
        "落地页": "landing_page",
        "广告": "landing_page",
        "社交媒体": "social",
        "微信": "social",
        "公众号": "social",
        "抖音": "social",
        "展会": "exhibition",
        "市场活动": "exhibition",
        "渠道": "network",
        "合作伙伴": "network",
        "转介绍": "referral",
        "客户介绍": "referral",
        "调研": "research",
        "电话营销": "research",
    },
)

VCARD = ColumnMapping(
    company=("ORG",),
    columns={
        "key": ("UID",),
        "name": ("FN",),
        "email": ("EMAIL",),
        "phone": ("TEL",),
        "need": ("NOTE",),
    },
)
"""An address book (RFC 2426, RFC 6350): what a card says stands under the names of its properties, the parts of N under their own."""

PRESETS: Mapping[str, ColumnMapping] = {"salesforce": SALESFORCE, "hubspot": HUBSPOT, "jiandaoyun": JIANDAOYUN, "vcard": VCARD}
