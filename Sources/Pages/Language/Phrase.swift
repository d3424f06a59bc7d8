/// What pages can say. The catalogues have the words, under the case's own name; the English one shows what each means.
package enum Phrase: String, CaseIterable, Sendable {
    case languageName, language, changeLanguage, house, titled, errorTitle, errorSign, doneSign, skip, navigation
    case signOut, switchAccount, account, sessions, applications, keys, friends, users, `none`, sentence, signIn
    case usernameOrEmail, password, staySignedInHere, chooseAccount, makeAccount, forgotten, toGoOnTo, inUseHere
    case anotherAccount, signOutAll, allowQuestion, consentSentence, resourceAccess, unregistered, callsItself
    case runsOnThisMachine, allow, deny, website, privacyPolicy, termsOfService, scopeOpenid, scopeProfile
    case scopeEmail, scopeAddress, scopePhone, scopeOfflineAccess, scopeProfileWrite, scopeFriends, scopeChatRead
    case scopeChatWrite, signOutQuestionTitle, signOutQuestion, signOutMeaning, staySignedIn, signedOutTitle
    case youAreSignedOut, goOn, backToApplication, continueOn, aboutYou, username, emailAddress, confirmedAddress
    case unconfirmedAddress, name, memberSince, accountID, resendMail, changeYourName, changeTheName
    case changeYourEmail, newAddressUnconfirmed, newEmailAddress, changeTheAddress, changeYourPassword
    case otherSessionsWillEnd, changeThePassword, newPassword, passwordHint, currentPassword, whereSignedIn, device
    case address, signedIn, lastUsed, end, endThisOne, deviceSince, thisOne, endOthers, signedInNowhere, thesePages
    case programOnSystem, someProgramOnSystem, unnamedProgram, takeBackMeaning, whatYouAllowed, application, may
    case since, takeBack, nothingAllowed, keysMeaning, publicKeys, thumbprint, kind, remove, noKeys, unknown
    case yourFriends, noFriends, addFriend, add, usernameHint, emailHint, makeTheAccount, haveAccount
    case forgottenPassword, recoveryMeaning, sendTheMail, backToSignIn, chooseNewPassword, allSessionsWillEnd
    case setThePassword, linkNotValid, linkDoesNotWork, recoveryLinkDead, askForNewMail, confirmYourEmail
    case confirmMeaning, confirm, emailConfirmedTitle, emailConfirmed, closeThisPage, goToAccount
    case emailVerifiedTitle, emailVerified, emailHasBeenVerified, closeAndGoBack, linkUsedOrExpired
    case linkFollowedBefore, active, blocked, administrator, user, state, role, lastSignIn, never, block, unblock
    case makePlainUser, makeAdministrator, firstPage, nextPage, searchLabel, search, accountCount, accountsFound
    case noAccountMatches, usersTitle, aboutThisAccount, allUsers, unblockThisAccount, blockThisAccount
    case unblockMeaning, blockMeaning, changeTheRole, administratorNow, plainUserNow, noticeSignedOut
    case noticeSessionOver, noticeRecoverySent, noticePasswordSet, noticeRegistered, noticeNameChanged
    case noticeEmailChanged, noticeEmailUnchanged, noticeConfirmationSent, noticePasswordChanged, noticeSessionEnded
    case noticeSessionsEnded, noticeApplicationRevoked, noticeKeyRemoved, noticeFriendAdded, noticeFriendRemoved
    case noticeAccountBlocked, noticeAccountUnblocked, noticeRolesChanged, lookAtTyped, currentPasswordWrong
    case notYourCurrentPassword, tooManySignIns, tooManyMails, tooManyPeople, typeUsername, typePassword
    case wrongSignIn, notActivated, passwordTooShort, passwordTooLong, passwordTooCommon, typeName, nameRule
    case typeEmail, usernameRule, usernameTaken, addressCannotBeUsed, noSuchSession, noSuchApplication, noSuchKey
    case onlyKey, thisIsYou, nobodyFound, noSuchRole, lastAdministrator, nothingHere, mistyped, notFoundTitle
    case cannotBeDone, useLinks, notSent, loadAgain, tooLarge, sendLess, tooOften, waitALittle, notAtTheMoment
    case tryInSeconds, wentWrong, serversFault, notUnderstood, goBackLoadAgain, signInRequestRefused
    case signOutRequestRefused, errorsTitle, errorsHeading, errorsRequestID, errorInvalidRequest, errorInvalidClient
    case errorInvalidGrant, errorUnauthorizedClient, errorUnsupportedGrantType, errorInvalidScope, errorInvalidToken
    case errorInsufficientScope, errorTemporarilyUnavailable, errorNotFound, errorMethodNotAllowed, errorServerError
    case personalDetails, personalDetailsMeaning, profileDetails, postalAddress, phone, givenName, middleName
    case familyName, nickname, profilePage, pictureAddress, birthdate, gender, timeZone, phoneNumber
    case streetAddress, locality, region, postalCode, country, saveProfile, saveAddress, savePhone, forExample
    case birthdateHint, noticeDetailsSaved, textRule, webAddressRule, exampleRule
}

/// What stands for a value in a phrase: `{name}`.
package enum Placeholder: String, CaseIterable, Sendable {
    case account, bytes, count, destination, device, email, host, id, limit, minimum, minutes, name, page, program,
        seconds, system, text, time
}
