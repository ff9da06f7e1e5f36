"""Signing in: a session for the phone page and the desk page, by bearer token or by cookie."""

from __future__ import annotations

from datetime import timedelta

from aiohttp import hdrs, web

from intake.errors import FromElsewhere, LockedOut, NotFound, NotSignedIn
from intake.model.authority import ROLE_WORDS
from intake.model.ids import AccountCode, HallCode
from intake.model.people import Account, Caller, Door, Role
from miniapp_api.forms import Code
from miniapp_api.typed import DESK, GREETING, Api, Call, Form, FormT, NoForm, OpenTo, View
from miniapp_api.views import MeView

api = Api("auth")
COOKIE = "jj_session"
DEMO = web.AppKey("demo", bool)
SECURE = web.AppKey("secure", bool)
# The request came with a cookie that opens nothing: the answer takes it away, so that an honest browser shows it once.
DEAD_COOKIE = web.RequestKey("dead_cookie", bool)
_SESSION = timedelta(hours=12)
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PHONE_ROLES = frozenset({Role.CITIZEN, Role.PROXY})


class SignInForm(Form):
    """Which demo identity to be."""

    identity: Code


class SignedInView(View):
    """The session's token, told once, and who it is."""

    token: str
    me: MeView


class IdentityView(View):
    """One identity of the demo."""

    identity: str
    name: str
    role: str
    role_text: str
    hall: str | None
    hall_name: str
    department: str | None
    village: str | None


class IdentitiesView(View):
    """Everybody one can be in the demo."""

    identities: list[IdentityView]


async def recognise(request: web.Request) -> None:
    """Find out who is asking before anything is done; a cookie alone does not change anything (CSRF).

    Raises `NotSignedIn` for a bearer's token that opens nothing, `LockedOut` where too many were guessed, `FromElsewhere`.
    """
    token, by_cookie = _token(request)
    if token is not None:
        try:
            request[GREETING] = await request.app[DESK].people.greet(token, request.remote or "")
        except LockedOut:
            request[DEAD_COOKIE] = by_cookie
            raise
        except NotSignedIn:
            request[DEAD_COOKIE] = by_cookie
            if not by_cookie:
                raise
    if by_cookie and request.method not in _SAFE and request.headers.get("X-Requested-With") != "jiujinban":
        raise FromElsewhere


def _token(request: web.Request) -> tuple[str | None, bool]:
    header = request.headers.get(hdrs.AUTHORIZATION, "")
    if header.startswith("Bearer "):
        return header.removeprefix("Bearer ").strip(), False
    cookie = request.cookies.get(COOKIE)
    return cookie, cookie is not None


def take_dead_cookie(request: web.Request, response: web.StreamResponse) -> None:
    """Have the browser forget a cookie that opens nothing, unless the answer brings a new one."""
    if request.get(DEAD_COOKIE) and COOKIE not in response.cookies:
        response.del_cookie(COOKIE)


@api.operation("GET", "/api/v1/auth/demo", NoForm, IdentitiesView, open_to=OpenTo.ALL)
async def identities(call: Call[NoForm]) -> IdentitiesView:
    """演示身份: everybody one can be; 404 when the demo is off."""
    _require_demo(call.request)
    halls = {hall.code: hall.name for hall in await call.desk.places.halls()}
    return IdentitiesView(
        identities=[_identity(account, halls) for account in await call.desk.people.accounts()]
    )


@api.raw(
    "POST",
    "/api/v1/auth/demo",
    SignInForm,
    SignedInView,
    status=201,
    open_to=OpenTo.ALL,
)
async def sign_in(call: Call[SignInForm]) -> web.StreamResponse:
    """演示登录: 201 with a session, 404 when the demo is off or nobody has that name."""
    _require_demo(call.request)
    code = AccountCode(call.form.identity)
    known = await call.desk.people.accounts()
    door = next((_door(account) for account in known if account.code == code), None)
    if door is None:
        raise NotFound(what="身份")
    signed_in = await call.desk.people.sign_in_as(code, door)
    shown = SignedInView(token=signed_in.token, me=await me_view(call, signed_in.caller))
    response = web.json_response(body=shown.model_dump_json().encode(), status=201)
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=int(_SESSION.total_seconds()),
        httponly=True,
        samesite="Lax",
        secure=call.request.app[SECURE],
    )
    return response


@api.raw("POST", "/api/v1/auth/sign-out", NoForm, "", status=204, open_to=OpenTo.ALL)
async def sign_out(call: Call[NoForm]) -> web.StreamResponse:
    """退出登录: the session is over; doing it twice is no error."""
    token, _ = _token(call.request)
    if token is not None:
        await call.desk.people.sign_out(token)
    response = web.Response(status=204)
    response.del_cookie(COOKIE)
    return response


@api.operation("GET", "/api/v1/me", NoForm, MeView)
async def me(call: Call[NoForm]) -> MeView:
    """我是谁: the account of the session."""
    return await me_view(call, call.caller)


async def me_view(call: Call[FormT], caller: Caller) -> MeView:
    """The account with its hall and village by name."""
    account = caller.account
    halls = {hall.code: hall for hall in await call.desk.places.halls()}
    villages = await call.desk.places.villages() if account.village else ()
    village_name = next((v.short_name for v in villages if v.code == account.village), "")
    return MeView.of(account, halls.get(account.hall) if account.hall else None, village_name)


def _require_demo(request: web.Request) -> None:
    if not request.app[DEMO]:
        raise NotFound(what="页面")


def _door(account: Account) -> Door:
    if account.role in _PHONE_ROLES:
        return Door.PHONE
    return Door.KIOSK if account.role is Role.DEVICE else Door.DESK_PAGE


def _identity(account: Account, halls: dict[HallCode, str]) -> IdentityView:
    return IdentityView(
        identity=account.code,
        name=account.name,
        role=account.role,
        role_text=ROLE_WORDS[account.role],
        hall=account.hall,
        hall_name=halls.get(account.hall, "") if account.hall else "",
        department=account.department,
        village=account.village,
    )
