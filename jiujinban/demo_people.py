"""The demo's people (演示人员): questions, help wanted, a bad grade, work orders, duties and a proxy's month."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, time, timedelta

from intake.desk import Desk
from intake.errors import Refusal
from intake.model.calendar import SHANGHAI
from intake.model.case import Case
from intake.model.ids import AccountCode, HallCode, IntentKey, PersonId, ServiceCode
from intake.model.people import Account, Caller, Door, Role
from intake.model.staffing import Post
from intake.usecases.cases.deciding import DecideCase, DeliverCase, EvaluateCase, IssueCase
from intake.usecases.cases.drafting import OpenDraft, SubmitCase
from intake.usecases.cases.reception import OnCase
from intake.usecases.people.authorising import Authorise
from intake.usecases.people.helping import AskHelp, HandleHelp, HelpAct
from intake.usecases.people.representing import RecordMandate
from intake.usecases.people.staffing import PlanDuty
from intake.usecases.questions.asking import AnswerQuestion, AskQuestion
from intake.usecases.questions.ordering import OpenOrder, OrderAct, WorkOnOrder
from intake.usecases.questions.owning import HandOverQuestion

_ANWEN, _JIANSHAN = HallCode("anwen"), HallCode("jianshan")
_ELDER_CARD, _ALLOWANCE = ServiceCode("MZ10"), ServiceCode("MZ09")
# The villagers of proxy-1 whose matters are finished, and how they judged.
_JUDGED: Sequence[tuple[str, int]] = (("elder-2", 5), ("elder-3", 5), ("elder-4", 4))


async def play_people(desk: Desk, accounts: Mapping[AccountCode, Account]) -> None:
    """Play every scene; a refusal (played before) leaves its scene as it is."""
    stage = _People(desk, accounts)
    scenes: Sequence[Callable[[], Awaitable[None]]] = (
        stage.questions,
        stage.help_wanted,
        stage.bad_grade,
        stage.orders,
        stage.staff,
        stage.month,
    )
    for scene in scenes:
        try:
            await scene()
        except Refusal:
            continue


class _People:
    """Everybody who plays, by the code they sign in with."""

    def __init__(self, desk: Desk, accounts: Mapping[AccountCode, Account]) -> None:
        self._desk = desk
        self._accounts = accounts

    def _who(self, code: str) -> Caller:
        account = self._accounts[AccountCode(code)]
        on_phone = account.role in {Role.CITIZEN, Role.PROXY}
        return Caller(account, Door.PHONE if on_phone else Door.DESK_PAGE)

    def _person(self, code: str) -> PersonId:
        person = self._accounts[AccountCode(code)].person
        if person is None:
            raise LookupError(code)
        return person

    async def questions(self) -> None:
        """One waits for its owner, one was handed over, one is answered."""
        desk, clerk = self._desk.questions, self._who("clerk-anwen-1")
        await desk.ask(AskQuestion(self._who("citizen-1"), "公交卡在哪里充值？", key=_key("question-1")))
        passed = await desk.ask(
            AskQuestion(self._who("citizen-1"), "租的房子能给孩子上学用吗？", key=_key("question-2"))
        )
        to = AccountCode("clerk-anwen-2")
        cmd = HandOverQuestion(
            clerk, passed.id, passed.version, to, "入学的事张老师熟", key=_key("hand-over")
        )
        await desk.hand_over(cmd)
        told = await desk.ask(
            AskQuestion(self._who("citizen-1"), "周六能办社保卡吗？", key=_key("question-3"))
        )
        words = "可以，安文街道中心周六上午开放，请带身份证。"
        await desk.answer(AnswerQuestion(clerk, told.id, told.version, words))

    async def help_wanted(self) -> None:
        """An elder waits for the proxy; another's request was sent on to the hall."""
        desk = self._desk.people
        await desk.ask_help(
            AskHelp(self._who("elder-1"), "想办高龄津贴，腿脚不便，请到家里来", _ALLOWANCE, _key("help-1"))
        )
        second = await desk.ask_help(
            AskHelp(self._who("elder-5"), "户口本丢了，不知道怎么补", key=_key("help-2"))
        )
        cmd = HandleHelp(self._who("proxy-1"), second.id, second.version, HelpAct.FORWARD, "要到窗口核对户籍")
        await desk.handle_help(cmd)

    async def bad_grade(self) -> None:
        """A finished case was judged badly: the director has a call to make."""
        done = await self._finished(self._who("citizen-2"), self._person("citizen-2"), _ANWEN)
        words = "等了两个小时，也没人说一声"
        await self._desk.cases.evaluate(EvaluateCase(self._who("citizen-2"), done.id, 2, words))

    async def orders(self) -> None:
        """One waits for the keeper, one for the operator, one to be verified."""
        desk, clerk = self._desk.questions, self._who("clerk-anwen-1")
        text = "高龄津贴的材料清单里还写着“村委会证明”，去年就取消了，群众白跑了一趟。"
        await desk.open_order(OpenOrder(clerk, text, _ALLOWANCE, _key("order-1")))
        text = "批量代办页面在老手机上字太小，看不清。"
        await desk.open_order(OpenOrder(self._who("proxy-1"), text, key=_key("order-2")))
        text = "优待证的办理地点少了新渥街道。"
        third = await desk.open_order(OpenOrder(clerk, text, _ELDER_CARD, _key("order-3")))
        words = "已补上新渥街道便民服务中心，请核实。"
        keeper = self._who("keeper")
        await desk.work_on_order(WorkOnOrder(keeper, third.id, third.version, OrderAct.ANSWER, words))

    async def staff(self) -> None:
        """Today's duties of a hall, and one item taken from a clerk for a while."""
        director, day = self._who("director-anwen"), self._desk.today
        for code, post in (
            ("clerk-anwen-1", Post.RECEPTION),
            ("clerk-anwen-2", Post.GUIDE),
            ("clerk-anwen-3", Post.RECEPTION),
        ):
            for ahead in range(2):
                start, end = (
                    datetime.combine(day + timedelta(days=ahead), at, SHANGHAI) for at in (time(8), time(18))
                )
                account = AccountCode(code)
                key = _key(f"duty-{code}-{day}-{ahead}")
                await self._desk.people.plan_duty(PlanDuty(director, account, post, start, end, key=key))
        why = "正在学新的流程，下周再受理"
        account = AccountCode("clerk-anwen-2")
        cmd = Authorise(director, account, ServiceCode("MZ07"), allowed=False, why=why, key=_key("authorise"))
        await self._desk.people.authorise(cmd)

    async def month(self) -> None:
        """A proxy's finished matters with the elders' own grades, and one that is under way."""
        proxy = self._who("proxy-1")
        for elder, grade in _JUDGED:
            person = self._person(elder)
            await self._mandate(proxy, person, _ELDER_CARD)
            done = await self._finished(proxy, person, _JIANSHAN)
            await self._desk.cases.evaluate(EvaluateCase(self._who(elder), done.id, grade))
        person = self._person("elder-5")
        await self._mandate(proxy, person, _ALLOWANCE)
        draft = await self._desk.cases.open_draft(OpenDraft(proxy, person, _ALLOWANCE, _JIANSHAN))
        await self._desk.cases.submit(SubmitCase(proxy, draft.id, bring_later=True))

    async def _mandate(self, proxy: Caller, person: PersonId, service: ServiceCode) -> None:
        words = "本人当面口头同意，由代办员记录"
        key = _key(f"mandate-{person}-{service}")
        await self._desk.people.record_mandate(RecordMandate(proxy, person, service, words, key=key))

    async def _finished(self, opener: Caller, person: PersonId, hall: HallCode) -> Case:
        """A matter from the first word to the result in hand."""
        cases, clerk = self._desk.cases, self._who(f"clerk-{hall}-1")
        draft = await cases.open_draft(OpenDraft(opener, person, _ELDER_CARD, hall))
        case = await cases.submit(SubmitCase(opener, draft.id, bring_later=True))
        case = await cases.receive(OnCase(clerk, case.id, case.version))
        case = await cases.accept(OnCase(clerk, case.id, case.version))
        case = await cases.hand_over(OnCase(clerk, case.id, case.version))
        approver = next(
            Caller(account, Door.DESK_PAGE)
            for account in self._accounts.values()
            if account.role is Role.APPROVER and account.department == case.department
        )
        case = await cases.decide(DecideCase(approver, case.id, case.version, granted=True))
        case = await cases.issue(IssueCase(clerk, case.id, case.version))
        code = case.issue.code if case.issue else ""
        return await cases.deliver(DeliverCase(clerk, case.id, case.version, code=code))


def _key(scene: str) -> IntentKey:
    return IntentKey(f"demo:people:{scene}")
