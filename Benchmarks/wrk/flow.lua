-- The whole job for as long as one likes: fetches a challenge, signs it (ES256, libcrypto through the FFI) and redeems it.
-- $KEYS names a file of `client_id` lines, each followed by the PEM of its P-256 key; $ISSUER is the audience.
dofile(os.getenv("WRK") .. "/report.lua")
local ffi = require("ffi")
ffi.cdef [[
    typedef struct evp_pkey_st EVP_PKEY; typedef struct evp_md_ctx_st EVP_MD_CTX; typedef struct bio_st BIO;
    BIO *BIO_new_mem_buf(const void *, int); int BIO_free(BIO *);
    EVP_PKEY *PEM_read_bio_PrivateKey(BIO *, void *, void *, void *);
    EVP_MD_CTX *EVP_MD_CTX_new(void); int EVP_MD_CTX_reset(EVP_MD_CTX *);
    const void *EVP_sha256(void);
    int EVP_DigestSignInit(EVP_MD_CTX *, void *, const void *, void *, EVP_PKEY *);
    int EVP_DigestSign(EVP_MD_CTX *, unsigned char *, size_t *, const unsigned char *, size_t);
    int EVP_EncodeBlock(unsigned char *, const unsigned char *, int);
]]
local found, crypto = pcall(ffi.load, "crypto")
if not found then crypto = ffi.load("libcrypto.so.3") end

local encoded = ffi.new("unsigned char[65536]")
local swaps = { ["+"] = "-", ["/"] = "_", ["="] = "" }
local function base64url(text)
    local length = crypto.EVP_EncodeBlock(encoded, text, #text)
    return (ffi.string(encoded, length):gsub("[+/=]", swaps))
end

-- The r or s of a DER signature at `position`, as 32 bytes, and where the next part begins.
local function integer(der, position)
    local length = der:byte(position + 1)
    local bytes = der:sub(position + 2, position + 1 + length):gsub("^%z+", "")
    return string.rep("\0", 32 - #bytes) .. bytes, position + 2 + length
end

local context, signature, size = crypto.EVP_MD_CTX_new(), ffi.new("unsigned char[128]"), ffi.new("size_t[1]")
local function sign(key, text)
    size[0] = 128
    crypto.EVP_MD_CTX_reset(context)
    assert(crypto.EVP_DigestSignInit(context, nil, crypto.EVP_sha256(), nil, key) == 1)
    assert(crypto.EVP_DigestSign(context, signature, size, text, #text) == 1)
    local der = ffi.string(signature, size[0])
    local r, position = integer(der, 3)
    return r .. integer(der, position)
end

local keys = {}
local function read_keys()
    local file = assert(io.open(assert(os.getenv("KEYS")), "rb"))
    for name, pem in file:read("*a"):gmatch("(urn:[^\n]+)\n(%-%-%-%-%-BEGIN.-END [^\n]+\n)") do
        local bio = crypto.BIO_new_mem_buf(pem, #pem)
        keys[#keys + 1] = { name = name, key = crypto.PEM_read_bio_PrivateKey(bio, nil, nil, nil) }
        crypto.BIO_free(bio)
    end
    file:close()
    assert(#keys > 0, "no keys")
end

local challenges, counter, prefix, head = {}, 0, "", base64url('{"alg":"ES256","typ":"JWT"}')
local fetch, headers
function init()
    read_keys()
    prefix = string.format("%x-%s-", os.time(), tostring({}):match("0x(%x+)"))
    headers = { ["Content-Type"] = "application/x-www-form-urlencoded" }
    fetch = wrk.format("POST", "/oauth/challenge", {}, "")
end

local issuer = os.getenv("ISSUER")
local assertion_type = "urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
local claims = '{"iss":"%s","sub":"%s","aud":"%s","iat":%d,"exp":%d,"jti":"%s%d","challenge":"%s"}'
function request()
    local challenge = table.remove(challenges)
    if not challenge then return fetch end
    counter = counter + 1
    local signer = keys[counter % #keys + 1]
    local now = os.time()
    local payload = claims:format(signer.name, signer.name, issuer, now, now + 120, prefix, counter, challenge)
    local input = head .. "." .. base64url(payload)
    local assertion = input .. "." .. base64url(sign(signer.key, input))
    return wrk.format("POST", "/oauth/token", headers, "grant_type=client_credentials&scope=openid&client_assertion_type=" ..
        assertion_type .. "&client_id=" .. signer.name:gsub(":", "%%3A") .. "&client_assertion=" .. assertion)
end

function response(status, _, body)
    if status ~= 200 then return end
    local challenge = body:match('"challenge"%s*:%s*"([^"]+)"')
    if challenge then challenges[#challenges + 1] = challenge end
end
